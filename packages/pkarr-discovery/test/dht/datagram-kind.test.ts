import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { type Bencoded, decodeBencode } from '../../src/dht/bencode.ts';
import { datagramKind } from '../../src/dht/datagram-kind.ts';
import { openDht } from '../../src/dht/index.ts';
import { signPacket } from '../../src/index.ts';
import { text } from '../packets.ts';
import { numbered } from '../signers.ts';

const HOST = '127.0.0.1';
const ID = '2:id20:abcdefghijklmnopqrst';

/** Values as bencode: dictionaries as maps, in the order of their keys. */
function encode(value: Bencoded): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${value}e`);
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from('l'), ...value.map(encode), Buffer.from('e')]);
  const entries = [...(value as ReadonlyMap<string, Bencoded>)].flatMap(([key, item]) => [
    encode(Buffer.from(key, 'latin1')),
    encode(item),
  ]);
  return Buffer.concat([Buffer.from('d'), ...entries, Buffer.from('e')]);
}

const { value: values } = fc.letrec<{ value: Bencoded }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.uint8Array({ maxLength: 12 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('id', 'r', 'y', 'v', '\xff'), tie('value')), {
        selector: ([key]) => key,
        maxLength: 4,
      })
      .map((entries) => new Map(entries)),
  ),
}));

describe('decodeBencode', () => {
  it('reads what was written, whatever follows', () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 3 }), (value, rest) => {
        expect(decodeBencode(Uint8Array.from(Buffer.concat([encode(value), rest])))).toEqual(value);
      }),
      { numRuns: effort(500) },
    );
  });

  it('refuses what others would read differently, and never throws', () => {
    const wrong = [
      '',
      'i',
      'ie',
      'i-e',
      'i1',
      'i1.5e',
      'i+1e',
      '-1:',
      '+1:a',
      '2:a',
      ':',
      '1',
      'l',
      'd',
      'd1:ae',
      'di1ei2ee',
    ];
    for (const one of [...wrong, 'd1:ai1e1:ai2ee', 'l'.repeat(4_000), `${'9'.repeat(30)}:a`]) {
      expect(decodeBencode(Buffer.from(one))).toBeUndefined();
    }
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encode(value);
        bytes[at % bytes.length] = byte;
        decodeBencode(bytes);
        decodeBencode(bytes.subarray(0, at % bytes.length));
      }),
      { numRuns: effort(500) },
    );
  });
});

describe('datagramKind', () => {
  it.each([
    [`d1:rd${ID}e1:t2:aa1:y1:re`, 'answer'],
    [`d1:rd${ID}5:nodesi4ee1:y1:re`, 'answer'],
    ['d1:eli203e3:bade1:y1:ee', 'other'],
    ['d1:q4:ping1:y1:qe', 'other'],
    ['d1:y1:xe', 'other'],
    ['d1:rd2:idi5ee1:y1:re', 'malformed'],
    ['d1:rd2:id19:abcdefghijklmnopqrse1:y1:re', 'malformed'],
    [`d1:rd${ID}2:idi5ee1:y1:re`, 'malformed'],
    ['d1:rde1:y1:re', 'malformed'],
    ['d1:r1:x1:y1:re', 'malformed'],
    ['d1:y1:re', 'malformed'],
    // What is a list of one text reads like that text in JavaScript.
    [`d1:rd${ID}e1:yl1:ree`, 'malformed'],
    ['d1:eld8:toString1:xee1:y1:ee', 'malformed'],
    ['d1:eli1e1:xd8:toString1:xee1:y1:ee', 'malformed'],
    ['d1:ei5e1:y1:ee', 'malformed'],
    ['x1:y1:re', 'malformed'],
  ])('takes %s for: %s', (datagram, kind) => {
    expect(datagramKind(Buffer.from(datagram))).toBe(kind);
  });
});

describe('a look-up', () => {
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** A node that answers every question in the same way. */
  async function node(answer: (transaction: string) => Buffer): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', (message, { port, address }) => {
      const question = decodeBencode(message);
      const transaction = question instanceof Map ? question.get('t') : undefined;
      if (!(transaction instanceof Uint8Array) || !message.includes('1:y1:q')) return;
      socket.send(answer(Buffer.from(transaction).toString('latin1')), port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
    closing.push(() => void socket.close());
    return socket.address().port;
  }

  it('ends although nodes beside the key answer nonsense, with what the others have [S2.1] [O5]', async () => {
    const owner = numbered(60);
    const packet = await signPacket(owner, [text('a', 'b')], 1_000n);
    const near = (distance: number): Buffer => {
      const id = createHash('sha1').update(owner.publicKey).digest();
      id[19] = (id[19] as number) ^ distance;
      return id;
    };
    const hostile = [
      (t: string) => Buffer.from(`d1:rd2:idi5ee1:t2:${t}1:y1:re`, 'latin1'),
      (t: string) => Buffer.from(`d1:eld8:toString1:xee1:t2:${t}1:y1:ee`, 'latin1'),
      (t: string) => Buffer.from(`d1:rd2:idi5ee1:t2:${t}1:yl1:ree`, 'latin1'),
    ];
    const ports = await Promise.all(hostile.map(node));
    const nodes = Buffer.concat(
      ports.flatMap((port, index) => [near(index + 2), Buffer.from([127, 0, 0, 1, port >> 8, port & 255])]),
    );
    const answer = new Map<string, Bencoded>([
      ['id', near(1)],
      ['k', owner.publicKey],
      ['nodes', nodes],
      ['seq', 1_000],
      ['sig', packet.signature],
      ['token', Buffer.from('t')],
      ['v', packet.message],
    ]);
    const honest = await node((t) =>
      encode(
        new Map<string, Bencoded>([
          ['r', answer],
          ['t', Buffer.from(t, 'latin1')],
          ['y', Buffer.from('r')],
        ]),
      ),
    );
    const dht = await openDht({ bootstrap: [`${HOST}:${honest}`], host: HOST });
    closing.push(() => dht.close());
    expect(await dht.get(owner.publicKey)).toEqual(packet);
  });
});
