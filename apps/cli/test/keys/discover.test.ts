import { connectPeerKeys, createIdentitySigner, deriveNoiseKeyPair, zBase32 } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { openHomeFolder } from '../../src/home/home-folder.ts';
import { readHomeSettings } from '../../src/home/home-settings.ts';
import { openHome } from '../../src/home/open-home.ts';
import { runCreate } from '../../src/identity/create.ts';
import { runDiscover } from '../../src/keys/discover.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { runRotate } from '../../src/keys/rotate.ts';
import { fakeSurroundings, localNetwork, temporaryFolder } from '../home/command-run.ts';
import { currentIn, type Person, personIn, shiftedClock } from './people.ts';

const DAY_MS = 86_400_000;
const RECORD_PATH = '/pub/noise.app/v0/default';
const folder = temporaryFolder();
const network = localNetwork();
const alice = personIn(folder, network, 'alice');
const bob = personIn(folder, network, 'bob');

const settingsOf = ({ name }: Person) =>
  readHomeSettings({ home: folder.inside(name) }, network.environment, 'keys');

/** Writes into alice's file what her programs never would. */
async function writeRecord(content: Uint8Array): Promise<void> {
  const home = await openHome(settingsOf(alice), fakeSurroundings().surroundings);
  try {
    await (await home.session()).storage.put(RECORD_PATH, content);
  } finally {
    await home.close();
  }
}

async function readRecord(identity: string): Promise<Uint8Array> {
  const home = await openHomeFolder(settingsOf(alice), fakeSurroundings().surroundings);
  try {
    const file = await home.network.homeserver.storage.get(zBase32.decode(identity), RECORD_PATH);
    return file?.bytes ?? new Uint8Array();
  } finally {
    await home.close();
  }
}

describe('runDiscover', () => {
  it('finds key, device, age, source and state, for people and programs [F1]', async () => {
    await alice.create();
    await alice.publish();
    const identity = await alice.identity();
    const key = currentIn(await alice.status());
    const { output, error } = await bob.run(runDiscover, [identity]);
    expect(error).toBeUndefined();
    expect(output).toContain(`Key       ${key}`);
    expect(output).toMatch(/Age +\d seconds? \(time signed\)/);
    expect(output).toContain('Source    homeserver');
    expect(output).toContain('State     verified');
    expect((await bob.run(runDiscover, [`pubky://${identity}`])).output).toContain(`Key       ${key}`);
  });

  it('says of a key that has taken the place of another one which one, and when [F1] [O4]', async () => {
    await alice.create();
    await alice.publish({ clock: shiftedClock(-20_000) });
    const identity = await alice.identity();
    const before = currentIn(await alice.status()) as string;
    await bob.run(runDiscover, [identity]);
    await alice.run(runRotate, []);
    const { output } = await bob.run(runDiscover, [identity]);
    expect(output).toContain(`State     verified (has replaced ${before.slice(0, 16)}… on `);
    expect((await bob.discover(identity)).facts.state).toBe('rotated');
  });

  it('needs no identity and no passphrase', async () => {
    await alice.create();
    await alice.publish();
    const environment = { PAYKIT_PASSPHRASE: undefined };
    const { facts } = await bob.discover(await alice.identity(), { environment });
    expect(facts.outcome).toBe('found');
  });

  it('tells absent from everything else', async () => {
    await alice.run(runCreate, ['--sign-up']);
    const { facts, ran } = await bob.discover(await alice.identity());
    expect(facts).toMatchObject({ outcome: 'absent', state: 'unknown' });
    expect(ran.error?.message).toContain('has published no Noise key');
  });

  it('tells an identity that nobody has ever heard of as absent', async () => {
    const stranger = zBase32.encode(createIdentitySigner(new Uint8Array(32).fill(77)).publicKey);
    expect((await bob.discover(stranger)).facts.outcome).toBe('absent');
  });

  it.each([
    ['stale', 40 * DAY_MS, 'DISCOVERY_KEY_STALE'],
    ['future', -DAY_MS, 'DISCOVERY_KEY_FROM_FUTURE'],
  ])('tells a key that is %s [S2.1]', async (outcome, byMs, code) => {
    await alice.create();
    await alice.publish();
    const { facts, ran } = await bob.discover(await alice.identity(), { clock: shiftedClock(byMs) });
    expect(facts).toMatchObject({ outcome, code });
    expect(ran.error?.message).toContain(facts.next);
  });

  it('tells a revoked key [S2.3]', async () => {
    await alice.create();
    await alice.publish();
    await alice.run(runRevoke, ['--no-successor', '--yes']);
    const { facts } = await bob.discover(await alice.identity());
    expect(facts).toMatchObject({ outcome: 'revoked', code: 'DISCOVERY_KEY_REVOKED' });
  });

  it('refuses what is older than what was seen before, by another run [S2.3]', async () => {
    await alice.create();
    await alice.publish({ clock: shiftedClock(-20_000) });
    const identity = await alice.identity();
    const older = await readRecord(identity);
    await alice.run(runRotate, []);
    expect((await bob.discover(identity)).facts.outcome).toBe('found');

    await writeRecord(older);
    // The packet still has the newer record, and outdoes the file.
    expect((await bob.discover(identity)).facts).toMatchObject({ outcome: 'found', source: 'relay' });
    network.testnet.faults.relay.set({ stalePacket: true }, { only: { path: `/${identity}` } });
    const { facts, ran } = await bob.discover(identity);
    expect(facts).toMatchObject({ outcome: 'rolled-back', code: 'DISCOVERY_KEY_ROLLED_BACK' });
    expect(ran.error?.message).toContain('older than one seen before');
    // Somebody who never saw the newer one cannot know.
    const carol = personIn(folder, network, 'carol');
    expect((await carol.discover(identity)).facts.outcome).toBe('found');
  });

  it('tells a record that cannot be read', async () => {
    await alice.run(runCreate, ['--sign-up']);
    await writeRecord(new TextEncoder().encode('nonsense'));
    expect((await bob.discover(await alice.identity())).facts.outcome).toBe('malformed');
  });

  it('tells a forged record: that of somebody else [S2.1]', async () => {
    const carol = personIn(folder, network, 'carol');
    await carol.create();
    await carol.publish();
    await alice.run(runCreate, ['--sign-up']);
    await writeRecord(await readRecord(await carol.identity()));
    const { facts, ran } = await bob.discover(await alice.identity());
    expect(facts).toMatchObject({ outcome: 'forged', code: 'DISCOVERY_KEY_RECORD_FORGED' });
    expect(ran.error?.message).toContain('do not trust the source');
  });

  it('tells when nobody can be asked, and what is kept from before [O5]', async () => {
    await alice.create();
    await alice.publish();
    const identity = await alice.identity();
    await bob.discover(identity);
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const { facts, ran } = await bob.discover(identity);
    expect(facts).toMatchObject({ outcome: 'unreachable', state: 'verified' });
    expect(facts.failed.map(({ source }) => source)).toEqual(['homeserver', 'relay']);
    expect(ran.error?.message).toContain('Kept from before');
  });

  it('finds the key in the packet while the homeserver is down, and says so [O5]', async () => {
    await alice.create();
    await alice.publish();
    network.testnet.faults.homeserver.set({ refuse: true });
    const { output, told, error } = await bob.run(runDiscover, [await alice.identity()]);
    expect(error).toBeUndefined();
    expect(output).toContain('Source    relay');
    expect(told).toContain('homeserver gave no answer');
  });

  it('warns of a key that contradicts one that a handshake has shown', async () => {
    await alice.run(runCreate, ['--sign-up']);
    const identity = await alice.identity();
    const home = await openHomeFolder(settingsOf(bob), fakeSurroundings().surroundings);
    const { finder } = connectPeerKeys({ network: home.network, store: home.store });
    const { publicKey } = deriveNoiseKeyPair(new Uint8Array(32).fill(3), 'somebody');
    await finder.learn(zBase32.decode(identity), publicKey);
    await home.close();
    await alice.publish();
    const { facts, ran } = await bob.discover(identity);
    expect(facts).toMatchObject({ outcome: 'conflict', state: 'conflict' });
    expect(ran.error?.message).toContain('Do not connect');
  });

  it.each([[[]], [['nonsense']], [['a', 'b']]])('answers wrong usage %j', async (args) => {
    expect((await bob.run(runDiscover, args)).error).toBeInstanceOf(UsageError);
  });
});

describe('a test network that is not running', () => {
  it('is what --testnet without an answer is taken for', async () => {
    const refuse = () => Promise.reject(new TypeError('fetch failed'));
    const { surroundings } = fakeSurroundings();
    const args = [
      zBase32.encode(createIdentitySigner(new Uint8Array(32).fill(8)).publicKey),
      '--testnet',
      '--home',
      folder.inside('bob'),
    ];
    const looked = runDiscover(args, { ...surroundings, fetch: refuse });
    await expect(looked).rejects.toThrow('`paykit testnet --fixed-ports`');
  });
});
