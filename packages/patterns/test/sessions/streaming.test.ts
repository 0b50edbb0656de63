import { ByteWriter, concatBytes, encodeUtf8, equalBytes } from '@pubky-paykit/primitives';
import { describe, expect, it, vi } from 'vitest';
import { sampled } from '../../../../tooling/vitest/effort.ts';
import type { ReceiveSession } from '../../src/sessions/session.ts';
import { decryptFramed, decryptFrames, encryptFramed } from '../../src/sessions/streaming.ts';
import { filled, flipped, thrownBy } from '../bytes.ts';
import { connect, initiator, responder } from '../peers.ts';

async function sessions() {
  return (await connect(initiator(), responder())).sessions;
}

/** Bytes that differ, so that a chunk out of place shows. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

describe('encryptFramed', () => {
  it('carries 55 bytes in chunks of 10, and the stream is longer than its input (AD-2, AD-3)', async () => {
    const [client, server] = await sessions();
    const text = encodeUtf8('fifty-five bytes of text, to be carried in small chunks');
    const framed = encryptFramed(client, text, { chunkBytes: 10 });
    expect([text.length, framed.length, client.sent]).toEqual([55, 55 + 6 * 20, 6n]);
    expect(decryptFramed(server, framed)).toEqual(text);
  });

  it('carries 100 000 bytes in chunks of 32 768 (AD-4, MI-5)', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, pattern(100_000), { chunkBytes: 32_768 });
    expect(framed.length).toBe(100_000 + 4 * 20);
    const chunks = Array.from(decryptFrames(server, framed));
    expect(chunks.map((chunk) => chunk.length)).toEqual([32_768, 32_768, 32_768, 1_696]);
    // Not toEqual, which takes its time over long arrays.
    expect(equalBytes(concatBytes(...chunks), pattern(100_000))).toBe(true);
  });

  it('fills whole messages if not told otherwise: data that 0.8 cannot send by default works (W-21)', async () => {
    const [client, server] = await sessions();
    for (const [length, chunks] of [
      [65_519, 1],
      [65_520, 2],
      [131_038, 2],
    ] as const) {
      const framed = encryptFramed(client, pattern(length));
      expect(framed.length).toBe(length + chunks * 20);
      expect(equalBytes(decryptFramed(server, framed), pattern(length))).toBe(true);
    }
  });

  it('takes chunk sizes 1 and 65 519, and refuses 0, 65 520 and what is no size (W-21, A-8)', async () => {
    const [client, server] = await sessions();
    for (const chunkBytes of [1, 65_519]) {
      expect(decryptFramed(server, encryptFramed(client, filled(7), { chunkBytes }))).toEqual(filled(7));
    }
    const { sent } = client;
    for (const chunkBytes of [0, 65_520, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => encryptFramed(client, filled(7), { chunkBytes })).toThrow(RangeError);
    }
    expect(client.sent).toBe(sent);
  });

  it('makes of nothing nothing, without a nonce, and nothing of it again', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, new Uint8Array(0));
    expect([framed.length, client.sent]).toEqual([0, 0n]);
    expect(decryptFramed(server, framed).length).toBe(0);
    expect([...decryptFrames(server, framed)]).toEqual([]);
    expect(server.received).toBe(0n);
  });

  it('refuses more than its maximum before it encrypts anything', async () => {
    const [client] = await sessions();
    expect(encryptFramed(client, filled(1), { maximumBytes: 32 }).length).toBe(52);
    expect(thrownBy(() => encryptFramed(client, filled(1), { maximumBytes: 31 }))).toMatchObject({
      code: 'PATTERNS_FRAMED_TOO_LONG',
      wireCode: 6000,
      context: { maximum: 31 },
    });
    expect(thrownBy(() => encryptFramed(client, new Uint8Array(16_777_217)))).toMatchObject({
      code: 'PATTERNS_FRAMED_TOO_LONG',
    });
    expect(client.sent).toBe(1n);
    for (const maximumBytes of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => encryptFramed(client, filled(1), { maximumBytes })).toThrow(RangeError);
    }
  });
});

describe('decryptFramed', () => {
  it('reads a view into a larger buffer', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, filled(2), { chunkBytes: 5 });
    const larger = concatBytes(filled(9), framed, filled(9));
    expect(decryptFramed(server, larger.subarray(32, 32 + framed.length))).toEqual(filled(2));
  });

  it('reads two streams joined at the edge, and what follows in order', async () => {
    const [client, server] = await sessions();
    const joined = concatBytes(
      encryptFramed(client, filled(1), { chunkBytes: 20 }),
      encryptFramed(client, filled(2)),
    );
    expect(decryptFramed(server, joined)).toEqual(concatBytes(filled(1), filled(2)));
    expect(server.decrypt(client.encrypt(filled(3)))).toEqual(filled(3));
  });

  it('refuses a stream cut at any offset before it decrypts anything, and goes on (A-9)', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, filled(1), { chunkBytes: 10 });
    const edges = [0, 30, 60, 90, framed.length];
    const cuts = Array.from(framed, (_, length) => length).filter((length) => !edges.includes(length));
    for (const length of sampled(cuts)) {
      for (const read of [decryptFramed, decryptFrames]) {
        expect(thrownBy(() => read(server, framed.subarray(0, length)))).toMatchObject({
          code: 'PATTERNS_FRAMES_TRUNCATED',
          context: { offset: Math.floor(length / 30) * 30 },
        });
      }
    }
    expect(server.received).toBe(0n);
    expect(decryptFramed(server, framed)).toEqual(filled(1));
  });

  it('cannot see that whole frames are missing at the end, but then the next message fails (W-22)', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, filled(1), { chunkBytes: 10 });
    expect(decryptFramed(server, framed.subarray(0, 60)).length).toBe(20);
    expect(thrownBy(() => server.decrypt(client.encrypt(filled(2))))).toMatchObject({
      code: 'NOISE_DECRYPT_FAILED',
    });
  });

  it('refuses lengths no ciphertext has, wherever they stand, before it decrypts anything', async () => {
    const [client, server] = await sessions();
    const good = encryptFramed(client, filled(1));
    for (const length of [0, 15, 65_536, 0x7fff_ffff, 0xffff_ffff]) {
      const bad = new ByteWriter(24).uint32(length).bytes(new Uint8Array(20)).finish();
      expect(thrownBy(() => decryptFramed(server, concatBytes(good, bad)))).toMatchObject({
        code: 'PATTERNS_FRAME_LENGTH',
        context: { offset: good.length, length },
      });
    }
    expect(server.received).toBe(0n);
    expect(decryptFramed(server, good)).toEqual(filled(1));
  });

  it('refuses more plaintext than its maximum before it decrypts anything', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, filled(1), { chunkBytes: 10 });
    for (const read of [decryptFramed, decryptFrames]) {
      expect(thrownBy(() => read(server, framed, { maximumBytes: 31 }))).toMatchObject({
        code: 'PATTERNS_FRAMED_TOO_LONG',
        context: { maximum: 31 },
      });
      for (const maximumBytes of [-1, Number.NaN]) {
        expect(() => read(server, framed, { maximumBytes })).toThrow(RangeError);
      }
    }
    expect(decryptFramed(server, framed, { maximumBytes: 32 })).toEqual(filled(1));
  });

  it('reads frames without plaintext', async () => {
    const [client, server] = await sessions();
    const framed = new ByteWriter(20)
      .uint32(16)
      .bytes(client.encrypt(new Uint8Array(0)))
      .finish();
    expect(decryptFramed(server, framed).length).toBe(0);
    expect(server.received).toBe(1n);
  });

  it('returns nothing of a stream with a forged frame, and the session has ended', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, filled(1), { chunkBytes: 16 });
    expect(thrownBy(() => decryptFramed(server, flipped(framed, 8 * 50)))).toMatchObject({
      code: 'NOISE_DECRYPT_FAILED',
    });
    expect(server.destroyed).toBe(true);
  });
});

describe('memory of decryptFramed', () => {
  const CHUNK_BYTES = 7;

  /** A session whose chunks a test keeps hold of; the one at `failing` does not verify. */
  function keepingSession(failing: number) {
    const chunks: Uint8Array[] = [];
    const decrypt = () => {
      if (chunks.length === failing) throw new Error('this one does not verify');
      const chunk = new Uint8Array(CHUNK_BYTES).fill(chunks.length + 1);
      chunks.push(chunk);
      return chunk;
    };
    return { chunks, session: { decrypt } as unknown as ReceiveSession };
  }

  /** Four frames. */
  const framed = new ByteWriter(4 * (4 + CHUNK_BYTES + 16));
  for (let frame = 0; frame < 4; frame++) framed.uint32(CHUNK_BYTES + 16).bytes(pattern(CHUNK_BYTES + 16));
  const stream = framed.finish();

  it('holds nothing of a stream with a bad frame: what had verified is wiped [S1.4]', () => {
    const { chunks, session } = keepingSession(3);
    const set = vi.spyOn(Uint8Array.prototype, 'set');
    try {
      expect(() => decryptFramed(session, stream)).toThrow('this one does not verify');
      const [plaintext] = set.mock.contexts as Uint8Array[];
      expect(set).toHaveBeenCalledTimes(3);
      expect(plaintext).toEqual(new Uint8Array(4 * CHUNK_BYTES));
      expect(chunks).toEqual(Array(3).fill(new Uint8Array(CHUNK_BYTES)));
    } finally {
      set.mockRestore();
    }
  });

  it('holds the plaintext of a good one once [S1.4]', () => {
    const { chunks, session } = keepingSession(-1);
    const plaintext = decryptFramed(session, stream);
    expect([plaintext[0], plaintext.at(-1)]).toEqual([1, 4]);
    expect(chunks).toEqual(Array(4).fill(new Uint8Array(CHUNK_BYTES)));
  });
});

describe('decryptFrames', () => {
  it('gives every chunk that verified before a bad frame (W-22)', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, pattern(32), { chunkBytes: 10 });
    const chunks: Uint8Array[] = [];
    const error = thrownBy(() => {
      for (const chunk of decryptFrames(server, flipped(framed, 8 * 70))) chunks.push(chunk);
    });
    expect(error).toMatchObject({ code: 'NOISE_DECRYPT_FAILED' });
    expect(concatBytes(...chunks)).toEqual(pattern(20));
  });

  it('decrypts no further than it is asked, and the rest can follow', async () => {
    const [client, server] = await sessions();
    const framed = encryptFramed(client, pattern(32), { chunkBytes: 10 });
    const frames = decryptFrames(server, framed);
    expect(server.received).toBe(0n);
    expect(frames.next().value).toEqual(pattern(10));
    frames.return(undefined);
    expect(server.received).toBe(1n);
    expect(decryptFramed(server, framed.subarray(30))).toEqual(pattern(32).subarray(10));
  });
});
