import { decodeUtf8, Secret } from '@pubky-paykit/primitives';
import { type ContractCases, expectCode, expectSame, expectThat } from './contract-case.ts';

/** Accounts and sessions. */
export const sessionCases: ContractCases = ({ world, alice, aliceIs, room }) => {
  const { homeserver } = world;
  return {
    'says who is signed in, and with every capability': async () => {
      const session = await alice();
      expectSame([...session.publicKey], [...aliceIs.publicKey], 'alice');
      expectSame(session.capabilities, [{ scope: '/', read: true, write: true }], 'everything');
      expectThat(!session.closed, 'open');
    },
    'refuses a second account': async () => {
      await alice();
      const options = await world.signUpOptions();
      await expectCode('HOMESERVER_ALREADY_SIGNED_UP', () => homeserver.signUp(aliceIs.identity, options));
    },
    'signs in whoever has an account': async () => {
      await alice();
      const session = await homeserver.signIn(aliceIs.identity);
      const path = `${room()}second`;
      await session.storage.put(path, Uint8Array.of(1));
      expectThat(await session.storage.exists(aliceIs.publicKey, path), 'written');
      session.close();
    },
    'signs in nobody without an account': async () => {
      await expectCode('HOMESERVER_NO_HOMESERVER', () => homeserver.signIn(world.newPerson().identity));
    },
    'ends a session and leaves the others alone': async () => {
      const first = await alice();
      const second = await homeserver.signIn(aliceIs.identity);
      const path = `${room()}file`;
      await second.signOut();
      expectThat(second.closed, 'closed');
      await expectCode('HOMESERVER_SESSION_CLOSED', () => second.storage.put(path, Uint8Array.of(1)));
      await expectCode('HOMESERVER_SESSION_CLOSED', () => second.storage.delete(path));
      await expectCode('HOMESERVER_SESSION_CLOSED', () => second.signOut());
      const write = () => first.storage.put(path, Uint8Array.of(1));
      await (world.inPage ? expectCode('HOMESERVER_UNAUTHORISED', write) : write());
    },
    'restores an exported session': async () => {
      await alice();
      const session = await homeserver.signIn(aliceIs.identity);
      const exported = session.export();
      session.close();
      const restored = await homeserver.restore(exported);
      exported.destroy();
      expectSame([...restored.publicKey], [...aliceIs.publicKey], 'hers');
      expectSame(restored.capabilities, [{ scope: '/', read: true, write: true }], 'everything');
      await restored.storage.put(`${room()}restored`, Uint8Array.of(1));
      await restored.signOut();
    },
    'restores none that has ended, and lets none write': async () => {
      await alice();
      const session = await homeserver.signIn(aliceIs.identity);
      const exported = session.export();
      const twin = await homeserver.restore(exported);
      await session.signOut();
      const path = `${room()}ended`;
      await expectCode('HOMESERVER_UNAUTHORISED', () => twin.storage.put(path, Uint8Array.of(1)));
      await expectCode('HOMESERVER_UNAUTHORISED', () => homeserver.restore(exported));
      exported.destroy();
    },
    'refuses exports that are none': async () => {
      for (const text of [
        '',
        'x',
        `${'y'.repeat(52)}`,
        `${'y'.repeat(52)}:a b`,
        `${'y'.repeat(52)}:${'x'.repeat(600)}`,
      ]) {
        const exported = Secret.take(Uint8Array.from(text, (character) => character.charCodeAt(0)));
        await expectCode('HOMESERVER_BAD_SESSION_EXPORT', () => homeserver.restore(exported));
      }
    },
    'shows no cookie [Q4]': async () => {
      const session = await alice();
      const exported = session.export();
      const cookie = exported.use(decodeUtf8).split(':')[1] ?? '';
      exported.destroy();
      const shown = `${JSON.stringify(session)} ${JSON.stringify(session.storage)} ${session}`;
      expectThat(cookie === '' || !shown.includes(cookie), 'not in JSON or text');
    },
    'refuses keys of the wrong length': async () => {
      const person = world.newPerson();
      await expectCode('HOMESERVER_BAD_KEY', () =>
        homeserver.signUp(person.identity, { homeserver: new Uint8Array(31) }),
      );
      await expectCode('HOMESERVER_BAD_KEY', () => homeserver.resume(new Uint8Array(31)));
    },
    'knows no homeserver that has not said where it is': async () => {
      const nowhere = world.newPerson();
      await expectCode('HOMESERVER_UNLOCATED', () =>
        homeserver.signUp(world.newPerson().identity, { homeserver: nowhere.publicKey }),
      );
    },
  };
};

/** Invites, where a homeserver wants them. */
export const inviteCases: ContractCases = ({ world }) => ({
  'signs nobody up without an invite, or with one that was used': async () => {
    const { identity } = world.newPerson();
    const options = await world.signUpOptions();
    await expectCode('HOMESERVER_INVITE_REFUSED', () =>
      world.homeserver.signUp(identity, { ...options, invite: undefined }),
    );
    (await world.homeserver.signUp(identity, options)).close();
    await expectCode('HOMESERVER_INVITE_REFUSED', () =>
      world.homeserver.signUp(world.newPerson().identity, options),
    );
  },
});
