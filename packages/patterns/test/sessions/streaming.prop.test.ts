import { ByteWriter, concatBytes, equalBytes, isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { decryptFramed, decryptFrames, encryptFramed } from '../../src/sessions/streaming.ts';
import { flipped } from '../bytes.ts';
import { connect, initiator, responder } from '../peers.ts';

async function sessions() {
  return (await connect(initiator(), responder())).sessions;
}

const plaintexts = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.integer({ min: 65_500, max: 70_000 }).map((length) => new Uint8Array(length).fill(length & 0xff)),
);
const chunkSizes = fc.oneof(fc.constant(65_519), fc.integer({ min: 1, max: 65_519 }));
const shortPlaintexts = fc.uint8Array({ minLength: 1, maxLength: 120 });

function codeOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return isCodedError(error) ? error.code : error;
  }
}

describe('encryptFramed and decryptFramed', () => {
  it('agree for any size and chunk size, one stream after the other', async () => {
    const [client, server] = await sessions();
    fc.assert(
      fc.property(plaintexts, chunkSizes, fc.nat(300), (plaintext, large, small) => {
        // Small chunks for short texts, so that the number of frames varies and not the running time.
        const chunkBytes = plaintext.length > 300 ? Math.max(large, 1_000) : 1 + small;
        const { sent } = client;
        const framed = encryptFramed(client, plaintext, { chunkBytes });
        const chunks = Math.ceil(plaintext.length / chunkBytes);
        expect(framed.length).toBe(plaintext.length + 20 * chunks);
        expect(client.sent - sent).toBe(BigInt(chunks));
        const read =
          chunks % 2 === 0 ? decryptFramed(server, framed) : concatBytes(...decryptFrames(server, framed));
        // Not toEqual, which takes its time over long arrays.
        expect(equalBytes(read, plaintext)).toBe(true);
      }),
      { numRuns: effort(200) },
    );
  });

  it('refuse a stream cut anywhere but between two frames, and lose no nonce by it (A-9)', async () => {
    const [client, server] = await sessions();
    fc.assert(
      fc.property(shortPlaintexts, fc.integer({ min: 1, max: 40 }), fc.nat(), (plaintext, chunkBytes, at) => {
        const framed = encryptFramed(client, plaintext, { chunkBytes });
        const cut = at % framed.length;
        const { received } = server;
        if (cut % (chunkBytes + 20) !== 0) {
          expect(codeOf(() => decryptFramed(server, framed.subarray(0, cut)))).toBe(
            'PATTERNS_FRAMES_TRUNCATED',
          );
        }
        expect(server.received).toBe(received);
        expect(decryptFramed(server, framed)).toEqual(plaintext);
      }),
      { numRuns: effort(200) },
    );
  });

  it('refuse a stream with any bit changed, and yield nothing but a prefix of the truth', async () => {
    await fc.assert(
      fc.asyncProperty(
        shortPlaintexts,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        async (plaintext, chunkBytes, at) => {
          const [client, server] = await sessions();
          const framed = encryptFramed(client, plaintext, { chunkBytes });
          const changed = flipped(framed, at % (8 * framed.length));
          const verified: Uint8Array[] = [];
          const code = codeOf(() => {
            for (const chunk of decryptFrames(server, changed)) verified.push(chunk);
          });
          expect(['NOISE_DECRYPT_FAILED', 'PATTERNS_FRAMES_TRUNCATED', 'PATTERNS_FRAME_LENGTH']).toContain(
            code,
          );
          const prefix = concatBytes(...verified);
          expect(prefix).toEqual(plaintext.subarray(0, prefix.length));
        },
      ),
      { numRuns: effort(100) },
    );
  });

  it('answer any frames with a plaintext or a code, and look at no forged one before all lengths are good', async () => {
    const [, server] = await sessions();
    const frames = fc.array(
      fc.record({
        body: fc.uint8Array({ maxLength: 40 }),
        more: fc.constantFrom(0, 0, 0, 1, 70_000, 2 ** 32 - 41),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(frames, (list) => {
        const bytes = concatBytes(
          ...list.map(({ body, more }) =>
            new ByteWriter(4 + body.length)
              .uint32(body.length + more)
              .bytes(body)
              .finish(),
          ),
        );
        const isFramed = list.every(({ body, more }) => body.length >= 16 && more === 0);
        const code = codeOf(() => decryptFramed(server, bytes));
        const possible = isFramed
          ? ['NOISE_DECRYPT_FAILED', 'NOISE_DESTROYED']
          : ['PATTERNS_FRAMES_TRUNCATED', 'PATTERNS_FRAME_LENGTH', 'NOISE_DECRYPT_FAILED', 'NOISE_DESTROYED'];
        expect(possible).toContain(code);
        // A claim that runs into the next frame may happen to fit; with the first frame too short it cannot.
        if ((list[0]?.body.length ?? 0) < 16 && list[0]?.more === 0)
          expect(code).toBe('PATTERNS_FRAME_LENGTH');
      }),
      { numRuns: effort(400) },
    );
  });
});
