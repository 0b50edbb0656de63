import { concatBytes, encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { SymmetricState } from '../src/symmetric-state.ts';
import { BACKENDS, bytesOf, SUITE } from './parties.ts';
import { notWiped, recordingSuite } from './recording-suite.ts';
import { codeOf } from './thrown.ts';

const EMPTY = new Uint8Array(0);
const NAME = encodeUtf8('Noise_NN_25519_ChaChaPoly_BLAKE2s');

describe('SymmetricState', () => {
  it.each(BACKENDS)(
    'begins with the padded name, or with its hash if it is longer than one (%s)',
    (_, backend) => {
      const { cipher } = SUITE;
      const at32 = encodeUtf8('Noise_N_25519_ChaChaPoly_BLAKE2s');
      expect(at32).toHaveLength(32);
      expect(new SymmetricState({ cipher, hash: backend.blake2s }, at32).handshakeHash).toEqual(at32);
      const short = encodeUtf8('Noise_N');
      expect(new SymmetricState({ cipher, hash: backend.sha512 }, short).handshakeHash).toEqual(
        concatBytes(short, new Uint8Array(57)),
      );
      expect(NAME).toHaveLength(33);
      expect(new SymmetricState({ cipher, hash: backend.blake2s }, NAME).handshakeHash).toEqual(
        backend.blake2s.hash(NAME),
      );
    },
  );

  it.each(BACKENDS)('mixes as §5.2 and §4.3 define it, for 32 and 64 byte hashes (%s)', (_, backend) => {
    for (const hash of [backend.blake2s, backend.sha256, backend.sha512, backend.blake2b]) {
      const state = new SymmetricState({ cipher: SUITE.cipher, hash }, NAME);
      let h = state.handshakeHash;
      const ck0 = h;
      const input = bytesOf(32, 4);
      state.mixKey(input);
      const temporary = hash.hmac(ck0, input);
      const ck1 = hash.hmac(temporary, Uint8Array.of(1));
      const k1 = hash.hmac(temporary, concatBytes(ck1, Uint8Array.of(2))).slice(0, 32);
      expect(state.hasKey).toBe(true);
      const first = state.encryptAndHash(bytesOf(10, 1));
      expect(first).toEqual(SUITE.cipher.encrypt(k1, 0n, h, bytesOf(10, 1)));
      h = hash.hash(concatBytes(h, first));
      expect(state.handshakeHash).toEqual(h);
      // The counter goes on until the next key.
      const second = state.encryptAndHash(EMPTY);
      expect(second).toEqual(SUITE.cipher.encrypt(k1, 1n, h, EMPTY));
      h = hash.hash(concatBytes(h, second));

      const psk = bytesOf(32, 9);
      state.mixKeyAndHash(psk);
      const temporary2 = hash.hmac(ck1, psk);
      const ck2 = hash.hmac(temporary2, Uint8Array.of(1));
      const h2 = hash.hmac(temporary2, concatBytes(ck2, Uint8Array.of(2)));
      const k2 = hash.hmac(temporary2, concatBytes(h2, Uint8Array.of(3))).slice(0, 32);
      h = hash.hash(concatBytes(h, h2));
      expect(state.handshakeHash).toEqual(h);
      const third = state.encryptAndHash(bytesOf(3, 3));
      expect(third).toEqual(SUITE.cipher.encrypt(k2, 0n, h, bytesOf(3, 3)));

      const temporary3 = hash.hmac(ck2, EMPTY);
      const sendKey = hash.hmac(temporary3, Uint8Array.of(1));
      const receiveKey = hash.hmac(temporary3, concatBytes(sendKey, Uint8Array.of(2)));
      const [send, receive] = state.split();
      expect(send.encryptWithAd(EMPTY, psk)).toEqual(
        SUITE.cipher.encrypt(sendKey.slice(0, 32), 0n, EMPTY, psk),
      );
      expect(receive.encryptWithAd(EMPTY, psk)).toEqual(
        SUITE.cipher.encrypt(receiveKey.slice(0, 32), 0n, EMPTY, psk),
      );
    }
  });

  it('passes data through, hashed, while there is no key', () => {
    const [writer, reader] = [new SymmetricState(SUITE, NAME), new SymmetricState(SUITE, NAME)];
    const clear = bytesOf(12, 2);
    expect(writer.encryptAndHash(clear)).toEqual(clear);
    expect(reader.decryptAndHash(clear)).toEqual(clear);
    expect(writer.hasKey).toBe(false);
    expect(writer.handshakeHash).toEqual(reader.handshakeHash);
    expect(writer.handshakeHash).not.toEqual(new SymmetricState(SUITE, NAME).handshakeHash);
  });

  it('leaves its state alone when a message fails', () => {
    const [writer, reader] = [new SymmetricState(SUITE, NAME), new SymmetricState(SUITE, NAME)];
    writer.mixKey(bytesOf(32, 1));
    reader.mixKey(bytesOf(32, 1));
    const message = writer.encryptAndHash(bytesOf(5, 1));
    const forged = Uint8Array.from(message);
    forged[4]! ^= 8;
    expect(codeOf(() => reader.decryptAndHash(forged))).toBe('NOISE_DECRYPT_FAILED');
    expect(reader.decryptAndHash(message)).toEqual(bytesOf(5, 1));
  });

  it('hands out copies of the transcript hash', () => {
    const state = new SymmetricState(SUITE, NAME);
    const before = state.handshakeHash;
    state.handshakeHash.fill(0);
    expect(state.handshakeHash).toEqual(before);
  });

  it('wipes every derived key when it is destroyed or split [S1.4]', () => {
    for (const end of ['destroy', 'split'] as const) {
      const { suite, recording } = recordingSuite();
      const state = new SymmetricState(suite, NAME);
      state.mixKey(bytesOf(32, 1));
      state.encryptAndHash(bytesOf(3, 1));
      state.mixKeyAndHash(bytesOf(32, 2));
      state.encryptAndHash(bytesOf(3, 1));
      if (end === 'destroy') state.destroy();
      else for (const half of state.split()) half.destroy();
      expect(recording.secrets.length).toBeGreaterThan(8);
      expect(notWiped(recording)).toEqual([]);
    }
  });

  it('throws after it was destroyed', () => {
    const state = new SymmetricState(SUITE, NAME);
    state.mixKey(bytesOf(32, 1));
    state.destroy();
    state.destroy();
    expect(codeOf(() => state.mixKey(bytesOf(32, 1)))).toBe('NOISE_DESTROYED');
    expect(codeOf(() => state.encryptAndHash(EMPTY))).toBe('NOISE_DESTROYED');
    expect(codeOf(() => state.decryptAndHash(new Uint8Array(16)))).toBe('NOISE_DESTROYED');
    expect(codeOf(() => state.split())).toBe('NOISE_DESTROYED');
  });
});
