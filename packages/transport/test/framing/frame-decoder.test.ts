import { describe, expect, it } from 'vitest';
import { FrameDecoder } from '../../src/framing/frame-decoder.ts';
import { HANDSHAKE_FRAME, TRANSPORT_FRAME } from '../../src/limits.ts';
import { frame, pattern } from '../bytes.ts';

function take(bytes: Uint8Array, bounds = TRANSPORT_FRAME): Uint8Array | undefined {
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  return decoder.take(bounds);
}

describe('FrameDecoder', () => {
  it.each([
    [HANDSHAKE_FRAME, 4_097, 'TRANSPORT_FRAME_TOO_LONG'],
    [HANDSHAKE_FRAME, 0, 'TRANSPORT_FRAME_TOO_SHORT'],
    [TRANSPORT_FRAME, 65_536, 'TRANSPORT_FRAME_TOO_LONG'],
    [TRANSPORT_FRAME, 16 * 1024 * 1024, 'TRANSPORT_FRAME_TOO_LONG'],
    [TRANSPORT_FRAME, 0xffff_ffff, 'TRANSPORT_FRAME_TOO_LONG'],
    [TRANSPORT_FRAME, 0, 'TRANSPORT_FRAME_TOO_SHORT'],
    [TRANSPORT_FRAME, 15, 'TRANSPORT_FRAME_TOO_SHORT'],
  ])('[T4] [W-22] refuses on the header alone: %o with length %i is %s', (bounds, length, code) => {
    const decoder = new FrameDecoder();
    decoder.push(frame(new Uint8Array(0), length));
    expect(() => decoder.take(bounds)).toThrow(expect.objectContaining({ code }));
    expect(decoder.allocatedBytes).toBe(0);
    expect(() => decoder.take(bounds)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    [HANDSHAKE_FRAME, 1],
    [HANDSHAKE_FRAME, 4_096],
    [TRANSPORT_FRAME, 16],
    [TRANSPORT_FRAME, 65_535],
  ])('accepts the edges: %o with length %i', (bounds, length) => {
    expect(take(frame(pattern(length)), bounds)).toEqual(pattern(length));
  });

  it('sets aside little for a frame of which little arrived', () => {
    const decoder = new FrameDecoder();
    decoder.push(frame(pattern(20), 65_535));
    expect(decoder.take(TRANSPORT_FRAME)).toBeUndefined();
    expect(decoder.allocatedBytes).toBe(1_024);
    expect(decoder.unfinished).toEqual({ received: 24, expected: 65_539 });
  });

  it('leaves the frame whole when an octet is taken before it', () => {
    const decoder = new FrameDecoder();
    decoder.push(Uint8Array.of(0, ...frame(pattern(48))));
    expect(decoder.takeOctet()).toBe(0);
    expect(decoder.take(HANDSHAKE_FRAME)).toEqual(pattern(48));
  });

  it('does not take a chunk while bytes of the last one are left', () => {
    const decoder = new FrameDecoder();
    decoder.push(Uint8Array.of(1));
    expect(() => decoder.push(Uint8Array.of(2))).toThrow(TypeError);
  });
});
