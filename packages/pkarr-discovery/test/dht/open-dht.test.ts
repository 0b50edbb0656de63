import { concatBytes, encodeUtf8 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { MAINLINE_BOOTSTRAP, openDht } from '../../src/dht/index.ts';
import {
  type FoundItem,
  loadMainline,
  type MainlineClass,
  type MainlineClient,
  type MainlineError,
  type StoredItem,
  type Verify,
} from '../../src/dht/mainline-client.ts';
import { startNode } from '../../src/dht/mainline-node.ts';
import { dhtOver } from '../../src/dht/open-dht.ts';
import { type SignedPacket, signPacket } from '../../src/index.ts';
import { signedBytes } from '../../src/signed-packet/signed-packet.ts';
import { rejectionOf } from '../bytes.ts';
import { settled } from '../discovery/fakes.ts';
import { filling, text } from '../packets.ts';
import { numbered } from '../signers.ts';

const OWNER = numbered(50);
const MILLISECOND = 1_000n;

function packetAt(timestamp: bigint): Promise<SignedPacket> {
  return signPacket(OWNER, [text('a', `${timestamp}`)], timestamp);
}

function itemOf({ message, timestamp, signature }: SignedPacket): FoundItem {
  return { v: Buffer.from(message), seq: Number(timestamp), sig: Buffer.from(signature) };
}

/** What the package does, without a network. */
class FakeNode {
  item: FoundItem | null = null;
  getError: MainlineError | null = null;
  putError: MainlineError | null = null;
  /** Whether other nodes answer. */
  heard = true;
  /** Whether it calls back at all. */
  silent = false;
  /** What a put does to what is found afterwards. */
  onPut: (item: StoredItem) => void = ({ v, seq, sig }) => {
    this.item = { v, seq, sig };
  };
  readonly puts: StoredItem[] = [];
  readonly verifiers: Verify[] = [];
  destroyed = 0;

  /** The store over it. */
  open(clock = new ManualClock()) {
    const client: MainlineClient = {
      listen: () => {},
      address: () => ({ port: 1 }),
      on: () => {},
      get: (_, { verify }, onFound) => {
        this.verifiers.push(verify);
        if (!this.silent) onFound(this.getError, this.item);
      },
      put: (item, onStored) => {
        this.puts.push(item);
        this.onPut(item);
        if (!this.silent) onStored(this.putError);
      },
      destroy: () => {},
    };
    const destroy = async () => {
      this.destroyed++;
    };
    const hear = () => ({ isHeard: () => this.heard, end: () => {} });
    const node = { client, port: 1, hear, destroy };
    return dhtOver(node, { name: 'DHT', clock, readTimeoutMs: 500, writeTimeoutMs: 900 });
  }
}

function failure(code: number | string): MainlineError {
  return Object.assign(new Error('text of the package'), { code });
}

describe('get of the DHT', () => {
  it('tells "there is none" from "nobody answered" [F3]', async () => {
    const node = new FakeNode();
    expect(await node.open().get(OWNER.publicKey)).toBeUndefined();
    node.heard = false;
    const silence = await rejectionOf(node.open().get(OWNER.publicKey));
    expect([silence.code, silence.context]).toEqual([
      'DISCOVERY_OFFLINE',
      { relay: 'DHT', reason: 'no node answered' },
    ]);
    node.getError = failure('ENETUNREACH');
    expect((await rejectionOf(node.open().get(OWNER.publicKey))).context).toEqual({
      relay: 'DHT',
      reason: 'ENETUNREACH',
    });
  });

  it('refuses items that are no packet of the key [S2.1]', async () => {
    const node = new FakeNode();
    const good = itemOf(await packetAt(MILLISECOND));
    const noDns = new Uint8Array(12).fill(0xff);
    const cases: [FoundItem, string][] = [
      [{}, 'no signature'],
      [{ ...good, sig: Buffer.alloc(63) }, 'no signature'],
      [{ ...good, sig: 'text' }, 'no signature'],
      [{ ...good, v: [1] }, 'no message'],
      [{ ...good, v: Buffer.alloc(1_001) }, 'no message'],
      [{ ...good, seq: -1 }, 'no timestamp'],
      [{ ...good, seq: 2 ** 53 }, 'no timestamp'],
      [{ ...good, seq: 'text' }, 'no timestamp'],
      [{ ...good, seq: 2 }, 'DISCOVERY_BAD_SIGNATURE'],
      [{ ...good, v: Buffer.alloc(11) }, 'DISCOVERY_WRONG_LENGTH'],
      [{ v: noDns, seq: 1, sig: await OWNER.sign(signedBytes(1n, noDns)) }, 'DISCOVERY_BAD_MESSAGE'],
    ];
    for (const [item, reason] of cases) {
      node.item = item;
      const refused = await rejectionOf(node.open().get(OWNER.publicKey));
      expect([refused.code, refused.context]).toEqual(['DISCOVERY_BAD_ANSWER', { relay: 'DHT', reason }]);
    }
  });

  it('has no item of another key even looked at, and takes whatever is sent', async () => {
    const node = new FakeNode();
    await node.open().get(OWNER.publicKey);
    const [verify] = node.verifiers as [Verify];
    const message = Uint8Array.of(1);
    const other = numbered(51);
    expect(verify(await OWNER.sign(message), message, OWNER.publicKey)).toBe(true);
    expect(verify(await other.sign(message), message, other.publicKey)).toBe(false);
    for (const junk of [undefined, 7, 'text', [], {}]) {
      expect(verify(junk as never, message, OWNER.publicKey)).toBe(false);
      expect(verify(await OWNER.sign(message), message, junk as never)).toBe(false);
    }
  });

  it('gives what was found by the time it has, but not for an update [S2.1] [O5]', async () => {
    const clock = new ManualClock();
    const node = new FakeNode();
    node.silent = true;
    const dht = node.open(clock);
    const packets = await Promise.all([1n, 3n, 2n].map((time) => packetAt(time * MILLISECOND)));
    const reading = [
      dht.get(OWNER.publicKey),
      rejectionOf(dht.get(OWNER.publicKey, { forUpdate: true })),
    ] as const;
    for (const verify of node.verifiers) {
      for (const { timestamp, message, signature, publicKey } of packets) {
        verify(signature, signedBytes(timestamp, message), publicKey);
      }
      const salted = concatBytes(encodeUtf8('4:salt1:x'), signedBytes(9n * MILLISECOND, new Uint8Array(12)));
      verify(await OWNER.sign(salted), salted, OWNER.publicKey);
    }
    clock.advance(500);
    expect(await reading[0]).toEqual(packets[1]);
    expect((await reading[1]).code).toBe('DISCOVERY_TIMED_OUT');
  });

  it('waits no longer than it may, ends with its signal, and keeps no more calls than it can [O5]', async () => {
    const clock = new ManualClock();
    const node = new FakeNode();
    node.silent = true;
    const dht = node.open(clock);
    const late = rejectionOf(dht.get(OWNER.publicKey));
    clock.advance(500);
    expect((await late).code).toBe('DISCOVERY_TIMED_OUT');
    const controller = new AbortController();
    const cancelled = rejectionOf(dht.get(OWNER.publicKey, { signal: controller.signal }));
    controller.abort();
    expect((await cancelled).code).toBe('DISCOVERY_CANCELLED');
    const calls = Array.from({ length: 32 }, () => rejectionOf(dht.get(OWNER.publicKey)));
    expect((await rejectionOf(dht.get(OWNER.publicKey))).code).toBe('DISCOVERY_DHT_BUSY');
    await dht.close();
    await dht.close();
    expect((await Promise.all(calls)).every(({ code }) => code === 'DISCOVERY_DHT_CLOSED')).toBe(true);
    expect((await rejectionOf(dht.get(OWNER.publicKey))).code).toBe('DISCOVERY_DHT_CLOSED');
    expect([node.destroyed, clock.pending]).toEqual([1, 0]);
  });

  it('says how long it may take, so that sources wait for it [S2.1]', () => {
    expect(new FakeNode().open().readTimeoutMs).toBe(500);
  });

  it('wants a key', async () => {
    const wrong = new FakeNode().open().get(new Uint8Array(31));
    expect((await rejectionOf(wrong)).code).toBe('DISCOVERY_WRONG_LENGTH');
  });
});

describe('put of the DHT', () => {
  it('sends nothing if a newer packet is there, or another one than is to be replaced', async () => {
    const node = new FakeNode();
    node.item = itemOf(await packetAt(2n * MILLISECOND));
    const older = await rejectionOf(node.open().put(await packetAt(MILLISECOND)));
    const other = await rejectionOf(node.open().put(await packetAt(3n * MILLISECOND), { replacing: 1n }));
    expect([older, other].map(({ code, context }) => [code, context['status']])).toEqual([
      ['DISCOVERY_CONFLICT', 302],
      ['DISCOVERY_CONFLICT', 301],
    ]);
    expect(node.puts).toEqual([]);
  });

  it('[S2.3] creates nothing in the place of a packet that an earlier read has missed', async () => {
    const node = new FakeNode();
    node.item = itemOf(await packetAt(MILLISECOND));
    const blind = await rejectionOf(node.open().put(await packetAt(2n * MILLISECOND)));
    expect([blind.code, blind.context['status']]).toEqual(['DISCOVERY_CONFLICT', 301]);
    expect(node.puts).toEqual([]);
    // One that was lost meanwhile is no obstacle.
    node.item = null;
    await node.open().put(await packetAt(3n * MILLISECOND), { replacing: 2n * MILLISECOND });
    expect(node.puts).toHaveLength(1);
  });

  it('says what is to be replaced, and by what', async () => {
    const node = new FakeNode();
    const packet = await packetAt(2n * MILLISECOND);
    node.item = itemOf(await packetAt(MILLISECOND));
    await node.open().put(packet, { replacing: MILLISECOND });
    await node.open().put(packet);
    expect(node.puts.map(({ seq, cas }) => [seq, cas])).toEqual([
      [2_000, 1_000],
      [2_000, undefined],
    ]);
    expect(node.puts.map((item) => 'cas' in item)).toEqual([true, false]);
  });

  it('believes what is found afterwards, and not what the package says', async () => {
    const packet = await packetAt(MILLISECOND);
    const newer = itemOf(await packetAt(2n * MILLISECOND));
    const node = new FakeNode();
    node.putError = failure(302);
    expect((await node.open().put(packet)).stored).toEqual(['DHT']);
    node.putError = null;
    node.item = null;
    node.onPut = () => {
      node.item = newer;
    };
    expect((await rejectionOf(node.open().put(packet))).code).toBe('DISCOVERY_CONFLICT');
    node.item = null;
    node.onPut = () => {};
    expect((await rejectionOf(node.open().put(packet))).code).toBe('DISCOVERY_NOT_CONFIRMED');
    node.putError = failure(301);
    expect((await rejectionOf(node.open().put(packet))).code).toBe('DISCOVERY_CONFLICT');
    node.putError = failure('ETIMEDOUT');
    const lost = await rejectionOf(node.open().put(packet));
    expect([lost.code, lost.cause]).toEqual(['DISCOVERY_NOT_CONFIRMED', node.putError]);
  });

  it('refuses what the package cannot send, before it asks anybody', async () => {
    const node = new FakeNode();
    const full = await signPacket(OWNER, [filling(1_000)], 1n);
    expect((await rejectionOf(node.open().put(full))).code).toBe('DISCOVERY_RELAY_TOO_SMALL');
    const far = await packetAt(2n ** 53n);
    expect((await rejectionOf(node.open().put(far))).code).toBe('DISCOVERY_DHT_FAILED');
    expect(node.verifiers).toEqual([]);
  });

  it('waits no longer than it may', async () => {
    const clock = new ManualClock();
    const node = new FakeNode();
    node.silent = true;
    const late = rejectionOf(node.open(clock).put(await packetAt(MILLISECOND)));
    await settled();
    clock.advance(900);
    expect((await late).code).toBe('DISCOVERY_TIMED_OUT');
  });
});

describe('openDht', () => {
  it('wants nodes to begin with, and asks the public ones only if it is told to', async () => {
    const wrong = [[], ['localhost'], ['localhost:0'], ['localhost:65536'], ['::1:1'], ['a b:1'], [':1']];
    for (const bootstrap of wrong) await expect(openDht({ bootstrap })).rejects.toThrow(TypeError);
    expect(MAINLINE_BOOTSTRAP.every((address) => /^[a-z.]+:\d+$/.test(address))).toBe(true);
    expect(Object.isFrozen(MAINLINE_BOOTSTRAP)).toBe(true);
  });

  it('wants a port that is one to listen at [F3]', async () => {
    for (const port of [-1, 0.5, 65_536, 70_000, Number.NaN]) {
      const opening = openDht({ bootstrap: ['127.0.0.1:1'], host: '127.0.0.1', port });
      const opened = opening.then(async (dht) => {
        await dht.close();
        return 'opened';
      });
      await expect(opened).rejects.toThrow(TypeError);
    }
  });

  it('says which package is missing [F3]', async () => {
    const missing = loadMainline(async () => {
      throw new Error('no such package');
    });
    expect((await rejectionOf(missing)).context).toEqual({ module: 'bittorrent-dht' });
  });

  it('says so if it cannot listen at an address, whatever the reason [F3]', async () => {
    // Of a range that no machine has.
    const refused = await rejectionOf(openDht({ bootstrap: ['127.0.0.1:1'], host: '203.0.113.1' }));
    expect([refused.code, refused.context]).toEqual(['DISCOVERY_DHT_FAILED', { reason: 'EADDRNOTAVAIL' }]);
  });

  it('waits no longer for a node that never listens than it may, or is wanted [O5]', async () => {
    let destroyed = 0;
    class Deaf {
      on() {}
      listen() {}
      destroy() {
        destroyed++;
      }
    }
    const load = async () => Deaf as unknown as MainlineClass;
    const clock = new ManualClock();
    const controller = new AbortController();
    const start = (timeoutMs: number) =>
      rejectionOf(
        startNode(
          {
            bootstrap: ['127.0.0.1:1'],
            host: '127.0.0.1',
            port: 0,
            clock,
            timeoutMs,
            signal: controller.signal,
          },
          load,
        ),
      );
    const [late, cancelled] = [start(10), start(1_000)];
    await settled();
    clock.advance(10);
    expect((await late).code).toBe('DISCOVERY_TIMED_OUT');
    controller.abort();
    expect((await cancelled).code).toBe('DISCOVERY_CANCELLED');
    expect([destroyed, clock.pending]).toEqual([2, 0]);
  });

  it('passes what it is made with to the package, bounded', async () => {
    const given: unknown[] = [];
    class Fake {
      constructor(options: unknown) {
        given.push(options);
      }
      on() {}
      listen(port: number, host: string, onListening: () => void) {
        given.push([port, host]);
        onListening();
      }
      address() {
        return { port: 7 };
      }
      destroy(onDestroyed: () => void) {
        onDestroyed();
      }
    }
    const load = async () => Fake as unknown as MainlineClass;
    const clock = new ManualClock();
    const options = {
      bootstrap: ['127.0.0.1:1'],
      host: '127.0.0.1',
      port: 3,
      clock,
      timeoutMs: 1_000,
      signal: undefined,
    };
    const node = await startNode(options, load);
    await node.destroy();
    expect(node.port).toBe(7);
    expect(given).toEqual([
      expect.objectContaining({ bootstrap: ['127.0.0.1:1'], maxValues: 1_000, maxPeers: 100 }),
      [3, '127.0.0.1'],
    ]);
  });
});
