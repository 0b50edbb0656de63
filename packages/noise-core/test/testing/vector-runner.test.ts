import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type NoiseVector, parseVectorFile, runVector } from '../../src/testing.ts';
import { BACKENDS, vectorParts } from '../parties.ts';

const parts = vectorParts(BACKENDS[0]![1]);
const read = (file: string) =>
  parseVectorFile(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8'));
const [ikRaw, oneWay, , xx] = read('pubky-noise-0.8.vectors.json') as [
  NoiseVector,
  NoiseVector,
  NoiseVector,
  NoiseVector,
];
const [pipes] = read('fallback.vectors.json') as [NoiseVector];

/** The vector with one bit of one message turned. */
const damaged = (
  vector: NoiseVector,
  index: number,
  member: 'ciphertext' | 'payload' = 'ciphertext',
): NoiseVector => ({
  ...vector,
  messages: vector.messages.map((message, at) =>
    at === index
      ? {
          ...message,
          [member]: Uint8Array.of(
            ...message[member].map((byte) => byte ^ 1),
            ...(member === 'payload' ? [1] : []),
          ),
        }
      : message,
  ),
});

describe('runVector', () => {
  it('passes what is right', () => {
    for (const vector of [ikRaw, oneWay, xx, pipes])
      expect(runVector(vector, parts)).toEqual({ result: 'passed' });
  });

  it('fails at any message, payload or hash that differs, and says which', () => {
    for (const [index] of xx.messages.entries()) {
      expect(runVector(damaged(xx, index), parts)).toEqual({
        result: 'failed',
        reason: `message ${index + 1} differs`,
      });
      expect(runVector(damaged(xx, index, 'payload'), parts).result).toBe('failed');
    }
    expect(runVector({ ...xx, handshakeHash: new Uint8Array(32) }, parts)).toEqual({
      result: 'failed',
      reason: 'the handshake hash differs',
    });
    expect(runVector(damaged(pipes, 1), parts).result).toBe('failed');
  });

  it('fails where a key is missing or has the wrong length', () => {
    const without = { ...ikRaw.initiator, static: undefined };
    expect(runVector({ ...ikRaw, initiator: without }, parts).result).toBe('failed');
    const short = { ...ikRaw.initiator, static: new Uint8Array(31).fill(1) };
    expect(runVector({ ...ikRaw, initiator: short }, parts).result).toBe('failed');
    const noEphemeral = { ...ikRaw.initiator, ephemeral: undefined };
    expect(runVector({ ...ikRaw, initiator: noEphemeral }, parts).result).toBe('failed');
  });

  it('wants the last message refused by its reader where the vector says so', () => {
    const last = xx.messages.length - 1;
    expect(runVector({ ...xx, fails: true }, parts)).toEqual({
      result: 'failed',
      reason: 'the last message was not refused',
    });
    for (const at of [0, 1, 2, last]) {
      const cut = { ...xx, messages: xx.messages.slice(0, at + 1), fails: true };
      // The first message of XX is in the clear: no reader can tell that it was changed.
      const result = at === 0 ? 'failed' : 'passed';
      expect(runVector(damaged(cut, at), parts).result, `message ${at + 1}`).toBe(result);
    }
    // Damage before the last message, and keys that cannot even begin, are no refusals.
    expect(runVector(damaged({ ...xx, fails: true }, 1), parts).result).toBe('failed');
    const without = { ...ikRaw.initiator, static: undefined };
    expect(runVector({ ...ikRaw, fails: true, initiator: without }, parts).result).toBe('failed');
  });

  it('fails a vector that proves nothing: no messages, or none of the last handshake messages', () => {
    expect(runVector({ ...xx, messages: [] }, parts).result).toBe('failed');
    expect(runVector({ ...xx, messages: xx.messages.slice(0, 1) }, parts)).toEqual({
      result: 'failed',
      reason: 'the messages end before the handshake',
    });
  });

  it.each([
    'Noise_XX_25519_ChaChaPoly_SHA3',
    'Noise_XX_secp256k1_ChaChaPoly_SHA256',
    'Noise_XX_25519_DEOXYS_SHA256',
    'Noise_XXhfs_25519_ChaChaPoly_SHA256',
    'Noise_QQ_25519_ChaChaPoly_SHA256',
    'nonsense',
  ])('skips %s, with a reason', (protocolName) => {
    const outcome = runVector({ ...xx, protocolName }, parts);
    expect(outcome.result).toBe('skipped');
    expect('reason' in outcome && outcome.reason.length).toBeGreaterThan(5);
  });

  it('skips what needs a function that was not passed, and what revision 34 has not', () => {
    expect(runVector(xx, { ...parts, hash: [] }).result).toBe('skipped');
    expect(runVector({ ...xx, obsolete: 'hybrid' }, parts)).toEqual({
      result: 'skipped',
      reason: 'hybrid is not in revision 34',
    });
    expect(
      runVector({ ...pipes, fallbackName: 'Noise_QQfallback_25519_ChaChaPoly_BLAKE2s' }, parts).result,
    ).toBe('skipped');
  });
});
