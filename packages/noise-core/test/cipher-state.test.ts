import { describe, expect, it } from 'vitest';
import { CipherState } from '../src/index.ts';
import { BACKENDS, bytesOf, SUITE } from './parties.ts';
import { codeOf, noiseErrorOf } from './thrown.ts';

const EMPTY = new Uint8Array(0);
const LAST_NONCE = 2n ** 64n - 2n;
const KEY = bytesOf(32, 7);

const state = (cipher = SUITE.cipher) => new CipherState(cipher, Uint8Array.from(KEY));

describe('CipherState', () => {
  it('counts nonces from zero on both sides', () => {
    const [sender, receiver] = [state(), state()];
    for (let i = 0; i < 5; i++) {
      expect([sender.nonce, receiver.nonce]).toEqual([BigInt(i), BigInt(i)]);
      const ciphertext = sender.encryptWithAd(bytesOf(i, 1), bytesOf(i, 2));
      expect(ciphertext).toEqual(SUITE.cipher.encrypt(KEY, BigInt(i), bytesOf(i, 1), bytesOf(i, 2)));
      expect(receiver.decryptWithAd(bytesOf(i, 1), ciphertext)).toEqual(bytesOf(i, 2));
    }
  });

  it('does not advance when a message fails, so that the right one still opens', () => {
    const receiver = state();
    const message = state().encryptWithAd(EMPTY, bytesOf(20, 3));
    const forged = Uint8Array.from(message);
    forged[0]! ^= 1;
    expect(codeOf(() => receiver.decryptWithAd(EMPTY, forged))).toBe('NOISE_DECRYPT_FAILED');
    expect(codeOf(() => receiver.decryptWithAd(Uint8Array.of(0), message))).toBe('NOISE_DECRYPT_FAILED');
    expect(receiver.nonce).toBe(0n);
    expect(receiver.decryptWithAd(EMPTY, message)).toEqual(bytesOf(20, 3));
    expect(receiver.nonce).toBe(1n);
  });

  it('refuses less than a tag', () => {
    const error = noiseErrorOf(() => state().decryptWithAd(EMPTY, new Uint8Array(15)));
    expect(error.code).toBe('NOISE_MESSAGE_TOO_SHORT');
    expect(error.context).toEqual({ minimum: 16, actual: 15 });
    expect(codeOf(() => state().decryptWithAd(EMPTY, EMPTY))).toBe('NOISE_MESSAGE_TOO_SHORT');
    expect(codeOf(() => state().decryptWithAd(EMPTY, new Uint8Array(16)))).toBe('NOISE_DECRYPT_FAILED');
  });

  it.each([0, 31, 33, 64])('refuses a key of %i bytes', (length) => {
    expect(codeOf(() => new CipherState(SUITE.cipher, new Uint8Array(length)))).toBe('NOISE_KEY_LENGTH');
  });

  it.each(BACKENDS)('opens the last nonce and refuses 2^64 − 1 in receiving (%s)', (_, backend) => {
    const receiver = state(backend.chachaPoly);
    receiver.setNonce(LAST_NONCE);
    const last = backend.chachaPoly.encrypt(KEY, LAST_NONCE, EMPTY, bytesOf(3, 1));
    expect(receiver.decryptWithAd(EMPTY, last)).toEqual(bytesOf(3, 1));
    expect(receiver.nonce).toBe(2n ** 64n - 1n);
    const reserved = backend.chachaPoly.encrypt(KEY, 2n ** 64n - 1n, EMPTY, bytesOf(3, 1));
    expect(codeOf(() => receiver.decryptWithAd(EMPTY, reserved))).toBe('NOISE_NONCE_EXHAUSTED');
    expect(codeOf(() => receiver.decryptAt(2n ** 64n - 1n, EMPTY, reserved))).toBe('NOISE_NONCE_EXHAUSTED');
  });

  it.each(BACKENDS)(
    'seals under the last nonce and refuses 2^64 − 1 in sending, for good (%s)',
    (_, backend) => {
      const sender = new CipherState(backend.chachaPoly, Uint8Array.from(KEY), LAST_NONCE);
      expect(sender.encryptWithAd(EMPTY, bytesOf(3, 1))).toEqual(
        backend.chachaPoly.encrypt(KEY, LAST_NONCE, EMPTY, bytesOf(3, 1)),
      );
      for (const _again of [1, 2, 3]) {
        expect(codeOf(() => sender.encryptWithAd(EMPTY, EMPTY))).toBe('NOISE_NONCE_EXHAUSTED');
        expect(sender.nonce).toBe(2n ** 64n - 1n);
      }
    },
  );

  it.each([-1n, 2n ** 64n])('refuses to begin at nonce %s', (nonce) => {
    expect(codeOf(() => new CipherState(SUITE.cipher, Uint8Array.from(KEY), nonce))).toBe(
      'NOISE_NONCE_EXHAUSTED',
    );
  });

  it.each([-1n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 70n])('refuses to set or open nonce %s', (nonce) => {
    expect(codeOf(() => state().setNonce(nonce))).toBe('NOISE_NONCE_EXHAUSTED');
    expect(codeOf(() => state().decryptAt(nonce, EMPTY, new Uint8Array(16)))).toBe('NOISE_NONCE_EXHAUSTED');
  });

  it('lets only receivers set the nonce', () => {
    const sender = state();
    sender.encryptWithAd(EMPTY, EMPTY);
    expect(codeOf(() => sender.setNonce(0n))).toBe('NOISE_NONCE_DIRECTION');
    expect(sender.nonce).toBe(1n);

    const receiver = state();
    receiver.setNonce(5n);
    const fifth = SUITE.cipher.encrypt(KEY, 5n, EMPTY, bytesOf(1, 1));
    expect(receiver.decryptWithAd(EMPTY, fifth)).toEqual(bytesOf(1, 1));
    expect(codeOf(() => receiver.encryptWithAd(EMPTY, EMPTY))).toBe('NOISE_NONCE_DIRECTION');
  });

  it('opens a given nonce without touching the counter', () => {
    const receiver = state();
    const ninth = SUITE.cipher.encrypt(KEY, 9n, EMPTY, bytesOf(2, 2));
    expect(receiver.decryptAt(9n, EMPTY, ninth)).toEqual(bytesOf(2, 2));
    expect(receiver.nonce).toBe(0n);
  });

  it.each(BACKENDS)('rekeys as §4.2 defines it, with both ciphers (%s)', (_, backend) => {
    for (const cipher of [backend.chachaPoly, backend.aesGcm]) {
      const sender = state(cipher);
      sender.encryptWithAd(EMPTY, EMPTY);
      sender.rekey();
      const newKey = cipher.encrypt(KEY, 2n ** 64n - 1n, EMPTY, new Uint8Array(32)).slice(0, 32);
      expect(sender.nonce).toBe(1n);
      expect(sender.encryptWithAd(bytesOf(2, 1), bytesOf(5, 5))).toEqual(
        cipher.encrypt(newKey, 1n, bytesOf(2, 1), bytesOf(5, 5)),
      );
    }
  });

  it('wipes its key and throws afterwards [S1.4]', () => {
    const key = Uint8Array.from(KEY);
    const wiped = new CipherState(SUITE.cipher, key);
    wiped.destroy();
    wiped.destroy();
    expect(key).toEqual(new Uint8Array(32));
    expect(wiped.destroyed).toBe(true);
    for (const use of [
      () => wiped.encryptWithAd(EMPTY, EMPTY),
      () => wiped.decryptWithAd(EMPTY, new Uint8Array(16)),
      () => wiped.decryptAt(0n, EMPTY, new Uint8Array(16)),
      () => wiped.setNonce(0n),
      () => wiped.rekey(),
    ]) {
      expect(codeOf(use)).toBe('NOISE_DESTROYED');
    }
  });

  it('wipes the old key when it rekeys, and is wiped by `using`', () => {
    const key = Uint8Array.from(KEY);
    const rekeyed = new CipherState(SUITE.cipher, key);
    rekeyed.rekey();
    expect(key).toEqual(new Uint8Array(32));
    rekeyed[Symbol.dispose]();
    expect(rekeyed.destroyed).toBe(true);
  });
});
