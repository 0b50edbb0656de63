import { concatBytes } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { MAX_TRANSPORT_FRAME_BYTES } from '../../src/constants.ts';
import { FrameDecoder } from '../../src/framing/frame-decoder.ts';
import { HANDSHAKE_FRAME, TRANSPORT_FRAME } from '../../src/limits.ts';
import { cut, frame, pattern } from '../bytes.ts';

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70_000 })), {
  minLength: 1,
  maxLength: 12,
});
const frameLength = fc.oneof(
  fc.integer({ min: 16, max: 80 }),
  fc.integer({ min: 16, max: 5_000 }),
  fc.constantFrom(16, 1_023, 1_024, 1_025, 65_534, MAX_TRANSPORT_FRAME_BYTES),
);

/** Everything a decoder makes of the pieces, and the most memory it ever set aside. */
function decodeAll(pieces: readonly Uint8Array[], bounds = TRANSPORT_FRAME) {
  const decoder = new FrameDecoder();
  const frames: Uint8Array[] = [];
  let received = 0;
  let code: string | undefined;
  let overdrawn = 0;
  for (const piece of pieces) {
    if (code !== undefined) break;
    decoder.push(piece);
    received += piece.length;
    try {
      for (let body = decoder.take(bounds); body !== undefined; body = decoder.take(bounds)) {
        frames.push(Uint8Array.from(body));
      }
    } catch (error) {
      code = (error as { code: string }).code;
    }
    const allowed = Math.min(bounds.maximum, Math.max(1_024, 2 * received));
    overdrawn = Math.max(overdrawn, decoder.allocatedBytes - allowed);
  }
  return { frames, code, overdrawn, unfinished: decoder.unfinished };
}

describe('FrameDecoder', () => {
  it('[F2] yields the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frameLength, { maxLength: 6 }), sizes, (lengths, cuts) => {
        const bodies = lengths.map((length, at) => pattern(length, at));
        const stream = concatBytes(...bodies.map((body) => frame(body)));
        const { frames, code, unfinished } = decodeAll(cut(stream, cuts));
        expect(code).toBeUndefined();
        expect(unfinished).toBeUndefined();
        expect(frames.length).toBe(bodies.length);
        frames.forEach((body, at) => {
          expect(Buffer.compare(body, bodies[at] as Uint8Array)).toBe(0);
        });
      }),
      { numRuns: effort(300) },
    );
  });

  it('[T4] [W-22] makes frames or a listed code of any bytes, and never sets aside more than arrived or is allowed', () => {
    const seen = new Map<string, number>();
    const length = fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 0xffff_ffff }));
    const soup = fc
      .array(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc
            .tuple(length, fc.uint8Array({ maxLength: 60 }))
            .map(([announced, body]) => frame(body, announced)),
        ),
        { maxLength: 5 },
      )
      .map((parts) => concatBytes(...parts));
    fc.assert(
      fc.property(soup, sizes, fc.constantFrom(TRANSPORT_FRAME, HANDSHAKE_FRAME), (bytes, cuts, bounds) => {
        const { code, overdrawn, frames } = decodeAll(cut(bytes, cuts), bounds);
        for (const body of frames) {
          expect(body.length).toBeGreaterThanOrEqual(bounds.minimum);
          expect(body.length).toBeLessThanOrEqual(bounds.maximum);
        }
        expect([undefined, 'TRANSPORT_FRAME_TOO_LONG', 'TRANSPORT_FRAME_TOO_SHORT']).toContain(code);
        expect(overdrawn).toBeLessThanOrEqual(0);
        seen.set(code ?? 'frames', (seen.get(code ?? 'frames') ?? 0) + 1);
      }),
      { numRuns: effort(10_000) },
    );
    expect([...seen.keys()].sort()).toEqual([
      'TRANSPORT_FRAME_TOO_LONG',
      'TRANSPORT_FRAME_TOO_SHORT',
      'frames',
    ]);
  });
});
