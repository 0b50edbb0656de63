import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  createHomeserverDirectory,
  createRelaySet,
  type DirectoryOptions,
  type DnsRecord,
  homeserverRecords,
  ownName,
  type PacketStore,
  type ServiceData,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { rejectionOf, uint16 } from '../bytes.ts';
import { text } from '../packets.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const NOW_MS = 1_700_000_000_000;
const user = numbered(1);
const server = numbered(2);
const [identity, homeserver] = [user.publicKey, server.publicKey];

const service = (
  name: string,
  priority: number,
  target: string,
  parameters: [number, Uint8Array][] = [],
  type: ServiceData['type'] = 'HTTPS',
): DnsRecord => ({ name, ttl: 3_600, data: { type, priority, target, parameters: new Map(parameters) } });

function setUp(options: Partial<DirectoryOptions> = {}) {
  const store = new ModelStore();
  const clock = new ManualClock(NOW_MS);
  const directory = createHomeserverDirectory({
    store,
    clock,
    random: predictableRandomForTestingOnly(1),
    ...options,
  });
  const publish = async (by: typeof user, records: readonly DnsRecord[]): Promise<void> =>
    store.force(await signPacket(by, records, 1n));
  return { store, clock, directory, publish };
}

describe('find', () => {
  it('goes from an identity to its homeserver and where that is', async () => {
    const { directory, publish } = setUp();
    await publish(user, [userRecord({ identity, homeserver })]);
    await publish(server, homeserverRecords({ homeserver, host: 'home.example', port: 443 }));
    expect(await directory.find(identity)).toEqual({ homeserver, url: 'https://home.example' });
  });

  it('[I3] takes test homeservers where they are expected', async () => {
    const { directory, publish } = setUp({ plainHttpHosts: ['LocalHost'] });
    await publish(user, [userRecord({ identity, homeserver })]);
    await publish(server, homeserverRecords({ homeserver, host: 'localhost', port: 6286 }));
    expect(await directory.find(identity)).toEqual({ homeserver, url: 'http://localhost:6286' });
  });

  it('says that an identity has none: without packet, without record, or with one that names no key', async () => {
    const { directory, publish } = setUp();
    expect(await directory.find(identity)).toBeUndefined();
    await publish(user, [text(ownName(identity, '_pubky'), 'x'), text(ownName(identity), 'x')]);
    expect(await directory.find(identity)).toBeUndefined();
    await publish(user, [service(ownName(identity, '_pubky'), 0, 'home.example')]);
    expect(await directory.find(identity)).toBeUndefined();
  });

  it('reads only the name that belongs to the identity', async () => {
    const { directory, publish } = setUp();
    const target = ownName(homeserver);
    await publish(user, [
      service(ownName(numbered(9).publicKey, '_pubky'), 0, target),
      service(`x._pubky.${ownName(identity)}`, 0, target),
      service(ownName(identity), 0, target),
      service('_pubky', 0, target),
    ]);
    expect(await directory.find(identity)).toBeUndefined();
  });

  it('reads an SVCB as well, the smallest priority first', async () => {
    const { directory, publish } = setUp();
    const name = ownName(identity, '_pubky');
    await publish(user, [
      service(name, 1, ownName(numbered(9).publicKey)),
      service(name, 0, ownName(homeserver), [], 'SVCB'),
    ]);
    await publish(server, homeserverRecords({ homeserver, host: 'home.example', port: 443 }));
    expect(await directory.find(identity)).toMatchObject({ homeserver });
  });

  it('tells a homeserver nobody can find from none', async () => {
    const { directory, publish } = setUp();
    await publish(user, [userRecord({ identity, homeserver })]);
    const error = await rejectionOf(directory.find(identity));
    expect(error).toMatchObject({
      code: 'DISCOVERY_HOMESERVER_UNKNOWN',
      context: { homeserver: `${ownName(homeserver).slice(0, 13)}…` },
      retryable: true,
    });
  });

  it('tells offline from none', async () => {
    const { directory, store } = setUp();
    store.before = () => {
      throw offline();
    };
    expect((await rejectionOf(directory.find(identity))).code).toBe('DISCOVERY_OFFLINE');
    expect((await rejectionOf(directory.locate(homeserver))).code).toBe('DISCOVERY_OFFLINE');
  });

  it('[S2.1] goes to no homeserver that another identity names, whatever packet it is given', async () => {
    const foreign = await signPacket(server, [userRecord({ identity: homeserver, homeserver })], 9n);
    const store: PacketStore = {
      name: 'liar',
      get: async () => foreign,
      put: () => Promise.reject(offline()),
    };
    const { directory } = setUp({ store });
    for (const looking of [directory.find(identity), directory.locate(identity)]) {
      expect(await rejectionOf(looking)).toMatchObject({
        code: 'DISCOVERY_BAD_ANSWER',
        context: { relay: 'liar', reason: 'the packet of another key' },
      });
    }
  });

  it('[S2.1] takes no silence of one relay, though another knows nobody, for an identity without a homeserver', async () => {
    const [ignorant, silent] = [new ModelStore('ignorant'), new ModelStore('silent')];
    silent.before = () => {
      throw offline('silent');
    };
    const store = createRelaySet({ relays: [ignorant, silent], clock: new ManualClock(NOW_MS) });
    const { directory } = setUp({ store });
    expect((await rejectionOf(directory.find(identity))).code).toBe('DISCOVERY_ABSENCE_UNCERTAIN');
    ignorant.force(await signPacket(user, [userRecord({ identity, homeserver })], 1n));
    expect((await rejectionOf(directory.find(identity))).code).toBe('DISCOVERY_ABSENCE_UNCERTAIN');
  });

  it('[T2] ends after 20 s, or with its signal', async () => {
    const { directory, clock, store } = setUp();
    store.before = () => new Promise<never>(() => {});
    const found = rejectionOf(directory.find(identity));
    clock.advance(20_000);
    expect(await found).toMatchObject({
      code: 'DISCOVERY_TIMED_OUT',
      context: { what: 'finding a homeserver', afterMs: 20_000 },
    });
    const controller = new AbortController();
    const located = rejectionOf(directory.locate(homeserver, { signal: controller.signal }));
    controller.abort();
    expect((await located).code).toBe('DISCOVERY_CANCELLED');
    expect(clock.pending).toBe(0);
    expect(store.reads.every(({ signal }) => signal?.aborted)).toBe(true);
  });

  it('refuses keys of other lengths', async () => {
    const { directory } = setUp();
    for (const call of [directory.find, directory.locate]) {
      expect((await rejectionOf(call(new Uint8Array(31)))).code).toBe('DISCOVERY_WRONG_LENGTH');
    }
  });
});

describe('locate', () => {
  const apex = ownName(homeserver);

  it('[I3] passes by the endpoint without a domain that official homeservers list first', async () => {
    const { directory, publish } = setUp({ plainHttpHosts: ['localhost'] });
    const port = uint16(6_287);
    await publish(server, [
      service(apex, 1, '', [
        [3, port],
        [4, Uint8Array.of(127, 0, 0, 1)],
      ]),
      service(apex, 10, 'localhost', [[65_280, uint16(6_286)]]),
      { name: apex, ttl: 3_600, data: { type: 'A', address: Uint8Array.of(127, 0, 0, 1) } },
    ]);
    expect(await directory.locate(homeserver)).toEqual({ homeserver, url: 'http://localhost:6286' });
  });

  it('says that there is no packet', async () => {
    expect(await setUp().directory.locate(homeserver)).toBeUndefined();
  });

  it('takes the first that can be used, by priority and then as listed', async () => {
    const { directory, publish } = setUp();
    await publish(server, [
      service(apex, 20, 'last.example'),
      service(apex, 5, 'bad..example'.replace('..', '-.')),
      service(apex, 10, 'first.example'),
      service(apex, 10, 'second.example'),
      service(apex, 1, 'svcb.example', [], 'SVCB'),
      service(`_pubky.${apex}`, 1, 'other-name.example'),
    ]);
    expect((await directory.locate(homeserver))?.url).toBe('https://first.example');
  });

  it('follows aliases into other packets, also to names in them', async () => {
    const { directory, publish } = setUp();
    const [second, third] = [numbered(3), numbered(4)];
    await publish(server, [
      service(apex, 10, 'fallback.example'),
      service(apex, 0, `www.${ownName(second.publicKey)}`),
    ]);
    await publish(second, [
      service(ownName(second.publicKey), 1, 'apex.example'),
      service(`www.${ownName(second.publicKey)}`, 0, ownName(third.publicKey)),
    ]);
    await publish(third, [service(ownName(third.publicKey), 1, 'end.example')]);
    expect(await directory.locate(homeserver)).toEqual({ homeserver, url: 'https://end.example' });
  });

  it('goes on with the next endpoint where an alias leads nowhere', async () => {
    const { directory, publish } = setUp();
    await publish(server, [
      service(apex, 0, ownName(numbered(9).publicKey)),
      service(apex, 10, 'fallback.example'),
    ]);
    expect((await directory.locate(homeserver))?.url).toBe('https://fallback.example');
  });

  it('[F3] reads no packet twice, and seven at most, however aliases go round', async () => {
    const { directory, publish, store } = setUp();
    await publish(server, [service(apex, 0, apex), service(apex, 0, apex)]);
    expect(await rejectionOf(directory.locate(homeserver))).toMatchObject({
      code: 'DISCOVERY_NO_ENDPOINT',
      context: { reason: 'no domain' },
    });
    expect(store.reads).toHaveLength(1);
    const chain = Array.from({ length: 12 }, (_, i) => (i === 0 ? server : numbered(20 + i)));
    for (const [i, one] of chain.entries()) {
      const next = chain[i + 1]?.publicKey;
      const own = ownName(one.publicKey);
      const end = next === undefined ? service(own, 1, 'end.example') : service(own, 0, ownName(next));
      await publish(one, [end, end, service(own, 0, apex)]);
    }
    store.reads.length = 0;
    expect(await rejectionOf(directory.locate(homeserver))).toMatchObject({
      code: 'DISCOVERY_NO_ENDPOINT',
      context: { reason: 'too many aliases' },
    });
    expect(store.reads).toHaveLength(7);
  });

  it('[F3] refuses a homeserver that says it is on this machine, or on its network', async () => {
    for (const host of ['localhost', 'printer.local', 'metadata', 'vault.internal']) {
      const { directory, publish } = setUp();
      await publish(server, homeserverRecords({ homeserver, host, port: 80, plainHttp: true }));
      expect(await rejectionOf(directory.locate(homeserver))).toMatchObject({
        code: 'DISCOVERY_LOCAL_ENDPOINT',
        context: { host },
      });
    }
  });

  it.each<[string, DnsRecord[], string]>([
    ['nothing but an endpoint for its own TLS', [service(apex, 1, '', [[3, uint16(1)]])], 'no domain'],
    ['no endpoint at all', [text(apex, 'x')], 'no domain'],
    ['an address', [service(apex, 1, '127.0.0.1')], 'bad domain'],
    ['a broken port', [service(apex, 1, 'home.example', [[3, Uint8Array.of(1)]])], 'bad port'],
    [
      'what it does not understand',
      [service(apex, 1, 'home.example', [[0, uint16(5)]])],
      'unknown mandatory parameter',
    ],
    [
      'two useless endpoints, of which the first that has a domain is told',
      [service(apex, 1, ''), service(apex, 2, '10.0.0.1'), service(apex, 3, 'localhost')],
      'bad domain',
    ],
  ])('refuses %s', async (_, records, reason) => {
    const { directory, publish } = setUp();
    await publish(server, records);
    expect(await rejectionOf(directory.locate(homeserver))).toMatchObject({
      code: 'DISCOVERY_NO_ENDPOINT',
      context: { reason },
    });
  });
});

describe('announce', () => {
  it('publishes the first packet of an identity', async () => {
    const { directory, store } = setUp();
    await directory.announce(user, homeserver);
    const packet = store.peek(identity);
    expect(packet?.records).toEqual([userRecord({ identity, homeserver })]);
    expect(packet?.timestamp).toBe(BigInt(NOW_MS) * 1_000n);
  });

  it('replaces the homeserver and keeps everything else', async () => {
    const { directory, store, publish } = setUp();
    const name = ownName(identity, '_pubky');
    const kept = [
      text(ownName(identity, '_noise.phone'), 'v=1'),
      text(name, 'no service'),
      service(`x.${name}`, 0, 'y'),
      service(ownName(identity), 0, 'y'),
      service(ownName(numbered(9).publicKey, '_pubky'), 0, 'y'),
    ];
    await publish(user, [
      ...kept,
      service(name, 0, ownName(numbered(9).publicKey)),
      service(name, 1, 'y', [], 'SVCB'),
    ]);
    await directory.announce(user, homeserver);
    expect(store.peek(identity)?.records).toEqual([...kept, userRecord({ identity, homeserver })]);
    await directory.announce(user, homeserver);
    expect(store.history).toHaveLength(1);
  });

  it('never publishes after a read that failed', async () => {
    const { directory, store } = setUp();
    store.before = () => {
      throw offline();
    };
    expect((await rejectionOf(directory.announce(user, homeserver))).code).toBe('DISCOVERY_OFFLINE');
    expect(store.writes).toHaveLength(0);
  });

  it('is found afterwards', async () => {
    const { directory, publish } = setUp({ plainHttpHosts: ['localhost'] });
    await publish(server, homeserverRecords({ homeserver, host: 'localhost', port: 6286 }));
    await directory.announce(user, homeserver);
    expect((await directory.find(identity))?.url).toBe('http://localhost:6286');
  });

  it('[T2] ends after two minutes, or with its signal', async () => {
    const { directory, clock } = setUp();
    const hanging = { publicKey: numbered(7).publicKey, sign: () => new Promise<never>(() => {}) };
    const announced = rejectionOf(directory.announce(hanging, homeserver));
    clock.advance(120_000);
    expect((await announced).code).toBe('DISCOVERY_TIMED_OUT');
    const signal = AbortSignal.abort();
    expect((await rejectionOf(directory.announce(user, homeserver, { signal }))).code).toBe(
      'DISCOVERY_CANCELLED',
    );
    expect(clock.pending).toBe(0);
  });

  it('refuses keys of other lengths', async () => {
    const { directory } = setUp();
    const short = new Uint8Array(31);
    expect((await rejectionOf(directory.announce(user, short))).code).toBe('DISCOVERY_WRONG_LENGTH');
    const keyless = { publicKey: short, sign: user.sign };
    expect((await rejectionOf(directory.announce(keyless, homeserver))).code).toBe('DISCOVERY_WRONG_LENGTH');
  });
});
