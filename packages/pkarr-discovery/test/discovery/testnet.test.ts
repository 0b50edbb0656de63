import { type Clock, type IdentitySigner, systemClock, zBase32 } from '@pubky-paykit/primitives';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFetchHomeserver } from '../../../homeserver/src/fetch/index.ts';
import { createTestnet, type Testnet } from '../../../testnet/src/index.ts';
import {
  createDiscovery,
  createFileRecordSource,
  createFileTarget,
  createHomeserverDirectory,
  createPacketRecordSource,
  createPacketTarget,
  createRelay,
  createRelaySet,
  createRollBackKeeper,
  type Discovery,
  type DiscoveryResult,
  type PacketStore,
  type Publication,
  publishEverywhere,
  type RollBackKeeper,
} from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { recordText } from '../records/key-records.ts';
import { numbered } from '../signers.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { brief } from './fakes.ts';

let testnet: Testnet;
let seeds = 1;

/** What clients of the network share. */
function client(clock: Clock = systemClock) {
  const packets: PacketStore = createRelaySet({ relays: [createRelay({ url: testnet.relay.url })] });
  const directory = createHomeserverDirectory({ store: packets, plainHttpHosts: ['localhost'] });
  return { packets, homeserver: createFetchHomeserver({ directory, cookies: 'header', clock }) };
}

/** Somebody with an account, and what they publish with. */
async function join() {
  const signer = numbered(seeds++);
  const { packets, homeserver } = client();
  const session = await homeserver.signUp(signer, {
    homeserver: zBase32.decode(testnet.homeserver.publicKey, 32),
  });
  const identity = signer.publicKey;
  const targets = [
    createFileTarget({ identity, own: session.storage, files: homeserver.storage }),
    createPacketTarget({ packets, signer, name: 'relay' }),
  ];
  return { signer, session, targets };
}

type Person = Awaited<ReturnType<typeof join>>;

const NOW = () => BigInt(Math.floor(Date.now() / 1_000));

interface Wanted {
  readonly device?: string;
  readonly key?: number;
  readonly ago?: bigint;
  readonly revoked?: boolean;
}

async function publicationOf(signer: IdentitySigner, wanted: Wanted = {}): Promise<Publication> {
  const { device = 'default', key = 3, ago = 0n, revoked = false } = wanted;
  const given = { signer, device, noiseKey: filled(key), timestampSeconds: NOW() - ago, revoked };
  const kind = revoked ? 'revocation' : 'key';
  return { kind, identity: signer.publicKey, device, record: await recordText(given) };
}

/** Publishes to all targets, or to some of them. */
async function publish({ signer, targets }: Person, wanted: Wanted = {}, where = targets): Promise<void> {
  const { failed } = await publishEverywhere(where, await publicationOf(signer, wanted));
  expect(failed).toEqual([]);
}

/** Somebody who has never looked before. */
function onlooker(
  skewMs = 0,
  memory: RollBackKeeper = createRollBackKeeper(recordsOn(memoryStore())),
): Discovery {
  const clock: Clock = { now: () => Date.now() + skewMs, schedule: systemClock.schedule };
  const { packets, homeserver } = client(clock);
  const sources = [
    createFileRecordSource({ files: homeserver.storage }),
    createPacketRecordSource({ packets, name: 'relay' }),
  ];
  return createDiscovery({ sources, memory, clock });
}

function told(result: DiscoveryResult): string {
  return result.outcome === 'found' ? `found ${result.record.noiseKey[0]}` : result.outcome;
}

beforeAll(async () => {
  testnet = await createTestnet();
});

beforeEach(() => {
  testnet.faults.relay.clear();
  testnet.faults.homeserver.clear();
});

afterAll(() => testnet.close());

describe('discovery on the test network', () => {
  it('finds what was published, in both places or either [F1] [I3] [O5]', async () => {
    const person = await join();
    const { publicKey } = person.signer;
    expect(told(await onlooker().discoverNoiseKey(publicKey))).toBe('absent');
    await publish(person);
    const both = await onlooker().discoverNoiseKey(publicKey);
    expect([told(both), both.failed, both.disagreements]).toEqual(['found 3', [], []]);

    testnet.faults.homeserver.set({ status: 503 });
    const byRelay = await onlooker().discoverNoiseKey(publicKey);
    expect([told(byRelay), brief(byRelay.failed)]).toEqual([
      'found 3',
      ['homeserver HOMESERVER_SERVER_ERROR'],
    ]);

    testnet.faults.relay.set({ refuse: true });
    const neither = await onlooker().discoverNoiseKey(publicKey);
    expect([told(neither), brief(neither.failed)]).toEqual([
      'unreachable',
      ['homeserver DISCOVERY_OFFLINE', 'relay DISCOVERY_OFFLINE'],
    ]);
  });

  it('finds keys through the homeserver while the relay is down, once it knows where that is [O5] [T2]', async () => {
    const person = await join();
    const { publicKey } = person.signer;
    await publish(person, { key: 3, ago: 50n });
    const discovery = onlooker();
    expect(told(await discovery.discoverNoiseKey(publicKey))).toBe('found 3');
    testnet.faults.relay.set({ refuse: true });
    await publish(person, { key: 4 }, person.targets.slice(0, 1));
    const found = await discovery.discoverNoiseKey(publicKey);
    expect([told(found), brief(found.failed)]).toEqual(['found 4', ['relay DISCOVERY_OFFLINE']]);
    expect(found).toMatchObject({ source: 'homeserver', disagreements: [] });
    const stranger = await onlooker().discoverNoiseKey(publicKey);
    expect(told(stranger)).toBe('unreachable');
  });

  it('finds an identity nobody has heard of absent, and not unreachable [F3]', async () => {
    expect(told(await onlooker().discoverNoiseKey(numbered(250).publicKey))).toBe('absent');
  });

  it('takes the newer of two, though the relay gives an old packet, and goes back to none [S2.3]', async () => {
    const person = await join();
    const memory = createRollBackKeeper(recordsOn(memoryStore()));
    await publish(person, { key: 3, ago: 100n });
    await publish(person, { key: 4, ago: 50n });
    const path = `/${zBase32.encode(person.signer.publicKey)}`;
    testnet.faults.relay.set({ stalePacket: true }, { only: { path } });
    const result = await onlooker(0, memory).discoverNoiseKey(person.signer.publicKey);
    expect([told(result), brief(result.disagreements)]).toEqual(['found 4', ['relay outdone']]);
    const old = await publicationOf(person.signer, { key: 3, ago: 100n });
    await person.session.storage.put(
      '/pub/noise.app/v0/default',
      new TextEncoder().encode('record' in old ? old.record : ''),
    );
    expect(told(await onlooker(0, memory).discoverNoiseKey(person.signer.publicKey))).toBe('rolled-back');
    expect(told(await onlooker().discoverNoiseKey(person.signer.publicKey))).toBe('found 3');
  });

  it('obeys a revocation in either place, and remembers it [S2.3]', async () => {
    const person = await join();
    const memory = createRollBackKeeper(recordsOn(memoryStore()));
    await publish(person, { ago: 50n });
    const [files] = person.targets;
    await publish(person, { revoked: true, ago: 20n }, files && [files]);
    const { publicKey } = person.signer;
    expect(told(await onlooker(0, memory).discoverNoiseKey(publicKey))).toBe('revoked');
    testnet.faults.homeserver.set({ status: 503 });
    expect(told(await onlooker(0, memory).discoverNoiseKey(publicKey))).toBe('revoked');
    testnet.faults.homeserver.clear();
    await publish(person, { key: 5 });
    expect(told(await onlooker(0, memory).discoverNoiseKey(publicKey))).toBe('found 5');
  });

  it('bears clocks that differ by five minutes, and no more [S2.1]', async () => {
    const person = await join();
    await publish(person);
    const minutes = (count: number) => count * 60_000;
    const { publicKey } = person.signer;
    expect(told(await onlooker(minutes(-4.9)).discoverNoiseKey(publicKey))).toBe('found 3');
    expect(told(await onlooker(minutes(-5.5)).discoverNoiseKey(publicKey))).toBe('future');
    expect(told(await onlooker(minutes(30 * 24 * 60 - 1)).discoverNoiseKey(publicKey))).toBe('found 3');
    expect(told(await onlooker(minutes(30 * 24 * 60 + 1)).discoverNoiseKey(publicKey))).toBe('stale');
  });

  it('keeps ten devices on the homeserver, and says when the packet is full', async () => {
    const person = await join();
    const { signer, targets } = person;
    const devices = ['default', ...Array.from({ length: 9 }, (_, index) => `device-${index}`)];
    const reports: string[][] = [];
    for (const [index, device] of devices.entries()) {
      const publication = await publicationOf(signer, { device, key: 10 + index });
      const { published, failed } = await publishEverywhere(targets, publication);
      reports.push([...published, ...failed.map(({ error }) => error.code)]);
    }
    expect(reports.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => ['homeserver', 'relay']));
    expect(reports.slice(3)).toEqual(
      Array.from({ length: 7 }, () => ['homeserver', 'DISCOVERY_PACKET_TOO_LARGE']),
    );
    const discovery = onlooker();
    expect(await discovery.listDevices(signer.publicKey)).toEqual({
      devices,
      skipped: 0,
      complete: true,
      failed: [],
    });
    const keys = await discovery.lookUpNoiseKeys(signer.publicKey);
    expect(keys.map((key) => key[0]).sort()).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    const homeserver = await client().packets.get(signer.publicKey);
    expect(homeserver?.records.some(({ name }) => name.startsWith('_pubky.'))).toBe(true);
  });

  it('retires a device everywhere, and publishes nothing while nobody answers [O5]', async () => {
    const person = await join();
    await publish(person);
    const { publicKey } = person.signer;
    const retirement = { kind: 'retirement', identity: publicKey, device: 'default' } as const;
    testnet.faults.homeserver.set({ hang: true });
    testnet.faults.relay.set({ status: 500 });
    const stopped = new AbortController();
    const waiting = rejectionOf(publishEverywhere(person.targets, retirement, { signal: stopped.signal }));
    stopped.abort();
    expect((await waiting).code).toBe('DISCOVERY_CANCELLED');
    testnet.faults.homeserver.clear();
    testnet.faults.relay.clear();
    expect(told(await onlooker().discoverNoiseKey(publicKey))).toBe('found 3');
    expect((await publishEverywhere(person.targets, retirement)).published).toEqual(['homeserver', 'relay']);
    expect(told(await onlooker().discoverNoiseKey(publicKey))).toBe('absent');
    expect((await onlooker().listDevices(publicKey)).devices).toEqual([]);
  });
});
