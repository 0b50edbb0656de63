import { describe, expect, it } from 'vitest';
import { IK, K, MAX_PLAINTEXT_BYTES, N, NN, type Transport, X, XX } from '../src/index.ts';
import { bytesOf, connect } from './parties.ts';
import { notWiped, recordingSuite } from './recording-suite.ts';
import { codeOf, noiseErrorOf } from './thrown.ts';

const EMPTY = new Uint8Array(0);

describe('Transport', () => {
  it('carries messages both ways, in order, and counts them', () => {
    const { initiator, responder } = connect(XX);
    for (let i = 0; i < 20; i++) {
      expect(responder.decrypt(initiator.encrypt(bytesOf(i, 1)))).toEqual(bytesOf(i, 1));
      if (i % 3 === 0) expect(initiator.decrypt(responder.encrypt(bytesOf(i, 2)))).toEqual(bytesOf(i, 2));
    }
    expect([initiator.sendNonce, initiator.receiveNonce]).toEqual([20n, 7n]);
    expect([responder.sendNonce, responder.receiveNonce]).toEqual([7n, 20n]);
  });

  it('adds 16 bytes and never makes the same ciphertext twice', () => {
    const { initiator } = connect(NN);
    const texts = Array.from({ length: 10 }, () => initiator.encrypt(bytesOf(8, 1)));
    expect(texts.every((text) => text.length === 24)).toBe(true);
    expect(new Set(texts.map(String)).size).toBe(10);
  });

  it('authenticates associated data', () => {
    const { initiator, responder } = connect(NN);
    expect(responder.decrypt(initiator.encrypt(EMPTY, bytesOf(70, 1)), bytesOf(70, 1))).toEqual(EMPTY);
    const sealed = initiator.encrypt(bytesOf(3, 1), bytesOf(4, 1));
    expect(codeOf(() => responder.decrypt(sealed, bytesOf(4, 2)))).toBe('NOISE_DECRYPT_FAILED');
  });

  it('carries 65 519 bytes and refuses 65 520, without losing anything', () => {
    const { initiator, responder } = connect(NN);
    const error = noiseErrorOf(() => initiator.encrypt(new Uint8Array(MAX_PLAINTEXT_BYTES + 1)));
    expect(error.code).toBe('NOISE_MESSAGE_TOO_LONG');
    expect(error.context).toEqual({ maximum: 65_519, actual: 65_520 });
    expect(initiator.sendNonce).toBe(0n);
    const sealed = initiator.encrypt(bytesOf(MAX_PLAINTEXT_BYTES, 1));
    expect(sealed).toHaveLength(65_535);
    expect(responder.decrypt(sealed)).toEqual(bytesOf(MAX_PLAINTEXT_BYTES, 1));
  });

  it('refuses a ciphertext of 65 536 bytes', () => {
    const { responder } = connect(NN);
    const error = noiseErrorOf(() => responder.decrypt(new Uint8Array(65_536)));
    expect(error.code).toBe('NOISE_MESSAGE_TOO_LONG');
    expect(error.context).toEqual({ maximum: 65_535, actual: 65_536 });
    expect(responder.destroyed).toBe(true);
  });

  it.each<[string, string, (sealed: Uint8Array) => Uint8Array]>([
    [
      'a flipped bit',
      'NOISE_DECRYPT_FAILED',
      (sealed) => sealed.map((byte, at) => (at === 3 ? byte ^ 4 : byte)),
    ],
    ['a missing byte', 'NOISE_DECRYPT_FAILED', (sealed) => sealed.subarray(0, -1)],
    ['an extra byte', 'NOISE_DECRYPT_FAILED', (sealed) => Uint8Array.of(...sealed, 0)],
    ['less than a tag', 'NOISE_MESSAGE_TOO_SHORT', (sealed) => sealed.subarray(0, 15)],
    ['nothing', 'NOISE_MESSAGE_TOO_SHORT', () => EMPTY],
  ])('ends at %s: failure is final', (_, code, damage) => {
    const { initiator, responder } = connect(IK);
    const sealed = initiator.encrypt(bytesOf(9, 1));
    expect(codeOf(() => responder.decrypt(damage(sealed)))).toBe(code);
    expect(responder.destroyed).toBe(true);
    expect(codeOf(() => responder.decrypt(sealed))).toBe('NOISE_DESTROYED');
    expect(codeOf(() => responder.encrypt(EMPTY))).toBe('NOISE_DESTROYED');
  });

  it.each<[string, (messages: readonly Uint8Array[]) => readonly Uint8Array[]]>([
    ['repeated', ([first]) => [first!, first!]],
    ['swapped', ([first, second]) => [second!, first!]],
    ['missing', ([first, , third]) => [first!, third!]],
  ])('notices a %s message', (_, order) => {
    const { initiator, responder } = connect(IK);
    const messages = order([1, 2, 3].map((i) => initiator.encrypt(bytesOf(4, i))));
    const codes = messages.map((message) => {
      try {
        responder.decrypt(message);
        return 'fine';
      } catch {
        return 'refused';
      }
    });
    expect(codes).toContain('refused');
    expect(responder.destroyed).toBe(true);
  });

  it('does not accept its own messages', () => {
    const { initiator } = connect(NN);
    expect(codeOf(() => initiator.decrypt(initiator.encrypt(EMPTY)))).toBe('NOISE_DECRYPT_FAILED');
  });

  it.each([N, K, X])('goes one way after $name', (pattern) => {
    const { initiator, responder } = connect(pattern);
    for (const use of [
      () => initiator.decrypt(new Uint8Array(16)),
      () => initiator.rekeyReceive(),
      () => initiator.receiveNonce,
      () => responder.encrypt(EMPTY),
      () => responder.rekeySend(),
      () => responder.sendNonce,
    ]) {
      expect(codeOf(use)).toBe('NOISE_ONE_WAY');
    }
    expect([initiator.destroyed, responder.destroyed]).toEqual([false, false]);
    expect(responder.decrypt(initiator.encrypt(bytesOf(2, 2)))).toEqual(bytesOf(2, 2));
    initiator.destroy();
    responder.destroy();
    expect([initiator.destroyed, responder.destroyed]).toEqual([true, true]);
    expect(codeOf(() => initiator.encrypt(EMPTY))).toBe('NOISE_DESTROYED');
  });

  it('rekeys each direction by itself, and keeps the counters', () => {
    const { initiator, responder } = connect(XX);
    responder.decrypt(initiator.encrypt(EMPTY));
    initiator.rekeySend();
    responder.rekeyReceive();
    expect(responder.decrypt(initiator.encrypt(bytesOf(5, 1)))).toEqual(bytesOf(5, 1));
    expect(initiator.decrypt(responder.encrypt(bytesOf(5, 2)))).toEqual(bytesOf(5, 2));
    expect(initiator.sendNonce).toBe(2n);
    initiator.rekeySend();
    expect(codeOf(() => responder.decrypt(initiator.encrypt(EMPTY)))).toBe('NOISE_DECRYPT_FAILED');
  });

  it('wipes both keys when it ends, whichever way [S1.4]', () => {
    const ends: readonly ((transport: Transport) => void)[] = [
      (transport) => transport.destroy(),
      (transport) => transport[Symbol.dispose](),
      (transport) => void codeOf(() => transport.decrypt(new Uint8Array(20))),
    ];
    for (const end of ends) {
      const own = recordingSuite();
      const { initiator, responder } = connect(XX, { suites: { initiator: own.suite } });
      initiator.decrypt(responder.encrypt(EMPTY));
      initiator.encrypt(EMPTY);
      expect(notWiped(own.recording)).toEqual(['cipher key', 'cipher key']);
      end(initiator);
      expect(notWiped(own.recording)).toEqual([]);
    }
  });

  it('refuses what is not bytes', () => {
    const { initiator, responder } = connect(NN);
    const wrong: unknown = 'text';
    expect(() => initiator.encrypt(wrong as Uint8Array)).toThrow(TypeError);
    expect(() => responder.decrypt(wrong as Uint8Array)).toThrow(TypeError);
  });
});
