import {
  type ContractCases,
  type ContractScene,
  expectCode,
  expectSame,
  expectThat,
} from './contract-case.ts';

/** A sign-in that alice has approved. */
async function approved<Identity>({ world, alice, aliceIs }: ContractScene<Identity>, capabilities: string) {
  await alice();
  const flow = world.homeserver.startAuthFlow({ capabilities, relay: world.authRelay ?? '' });
  const [session] = await Promise.all([
    flow.session(),
    world.homeserver.approveAuthRequest(aliceIs.identity, flow.url),
  ]);
  return { flow, session };
}

/** Signing in with another device. */
export const flowCases: ContractCases = (scene) => {
  const { world, aliceIs, room, alice } = scene;
  const { homeserver, authRelay: relay = '' } = world;
  return {
    'signs in with the capabilities that were asked for, and no others': async () => {
      const directory = room();
      const { session } = await approved(scene, `${directory}:rw`);
      expectSame([...session.publicKey], [...aliceIs.publicKey], 'alice');
      expectSame(session.capabilities, [{ scope: directory, read: true, write: true }], 'granted');
      await session.storage.put(`${directory}inside`, Uint8Array.of(1));
      const outside = `${room()}outside`;
      await expectCode('HOMESERVER_FORBIDDEN', () => session.storage.put(outside, Uint8Array.of(1)));
      await expectCode('HOMESERVER_FORBIDDEN', () => session.storage.delete(outside));
      expectThat(!(await session.storage.exists(aliceIs.publicKey, outside)), 'nothing was written');
      await session.signOut();
    },
    'lets nobody write with a capability to read': async () => {
      const directory = room();
      const { session } = await approved(scene, `${directory}:r`);
      await expectCode('HOMESERVER_FORBIDDEN', () =>
        session.storage.put(`${directory}file`, Uint8Array.of(1)),
      );
      await session.signOut();
    },
    'is used up by one sign-in': async () => {
      const { flow, session } = await approved(scene, `${room()}:rw`);
      await expectCode('HOMESERVER_FLOW_CLOSED', () => flow.session());
      await session.signOut();
    },
    'takes up an approval that came first': async () => {
      await alice();
      const flow = homeserver.startAuthFlow({ capabilities: `${room()}:rw`, relay });
      // Relays keep the signer waiting until somebody asks.
      const approving = homeserver.approveAuthRequest(aliceIs.identity, flow.url);
      await alice();
      const session = await flow.session();
      await approving;
      await session.signOut();
    },
    'stops waiting when it is closed': async () => {
      const flow = homeserver.startAuthFlow({ capabilities: `${room()}:rw`, relay });
      const waiting = expectCode('HOMESERVER_FLOW_CLOSED', () => flow.session());
      flow.close();
      await waiting;
      await expectCode('HOMESERVER_FLOW_CLOSED', async () => flow.url);
    },
    'does not show its link [Q4]': async () => {
      const flow = homeserver.startAuthFlow({ capabilities: `${room()}:rw`, relay });
      const secret = flow.url.split('secret=')[1] ?? '';
      expectThat(secret.length >= 43 && !JSON.stringify(flow).includes(secret), 'not in JSON');
      flow.close();
    },
    'refuses capabilities and links that are none': async () => {
      for (const capabilities of ['pub/app/:rw', '/pub/app/', '/pub/app/:x', '/pub/a:/:rw']) {
        await expectCode('HOMESERVER_BAD_CAPABILITIES', async () =>
          homeserver.startAuthFlow({ capabilities, relay }),
        );
      }
      for (const link of ['', 'https://example.com', 'pubkyauth://signin?caps=/:rw', `x${relay}`]) {
        await expectCode('HOMESERVER_BAD_AUTH_REQUEST', () =>
          homeserver.approveAuthRequest(aliceIs.identity, link),
        );
      }
    },
  };
};
