import { describe, expect, it } from 'vitest';
import { type Datagram, DatagramTransport, N, type Role, XX } from '../src/index.ts';
import { bytesOf, complete, finished, meet } from './parties.ts';
import { notWiped, recordingSuite } from './recording-suite.ts';
import { codeOf, noiseErrorOf } from './thrown.ts';

const EMPTY = new Uint8Array(0);

function connectDatagrams(pattern: typeof XX | typeof N = XX, suites = {}): Record<Role, DatagramTransport> {
  const parties = meet(pattern, { suites });
  complete(parties);
  return {
    initiator: new DatagramTransport(finished(parties.initiator).split()),
    responder: new DatagramTransport(finished(parties.responder).split()),
  };
}

describe('DatagramTransport', () => {
  it('numbers its messages and opens them in any order, each once', () => {
    const { initiator, responder } = connectDatagrams();
    const sent = Array.from({ length: 30 }, (_, index) => initiator.encrypt(bytesOf(index, 1)));
    expect(sent.map(({ nonce }) => nonce)).toEqual(sent.map((_, index) => BigInt(index)));
    for (const datagram of [...sent].reverse()) {
      expect(responder.decrypt(datagram)).toEqual(bytesOf(Number(datagram.nonce), 1));
    }
    for (const datagram of sent) {
      const error = noiseErrorOf(() => responder.decrypt(datagram));
      expect(error.code).toBe('NOISE_REPLAY');
      expect(error.context).toEqual({ nonce: datagram.nonce });
    }
    expect(initiator.decrypt(responder.encrypt(bytesOf(3, 2)))).toEqual(bytesOf(3, 2));
  });

  it('refuses what is 1 024 behind, and nothing newer', () => {
    const { initiator, responder } = connectDatagrams();
    const sent = Array.from({ length: 1025 }, () => initiator.encrypt(EMPTY));
    responder.decrypt(sent[1024]!);
    expect(codeOf(() => responder.decrypt(sent[0]!))).toBe('NOISE_REPLAY');
    expect(responder.decrypt(sent[1]!)).toEqual(EMPTY);
  });

  it('is not moved by forged messages', () => {
    const { initiator, responder } = connectDatagrams();
    const sent = Array.from({ length: 5 }, (_, index) => initiator.encrypt(bytesOf(4, index)));
    for (const nonce of [2n, 3000n, 2n ** 63n, 2n ** 64n - 2n]) {
      const forged: Datagram = { nonce, ciphertext: sent[0]!.ciphertext };
      expect(codeOf(() => responder.decrypt(forged))).toBe('NOISE_DECRYPT_FAILED');
    }
    for (const { nonce, ciphertext } of sent) {
      expect(responder.decrypt({ nonce, ciphertext })).toEqual(bytesOf(4, Number(nonce)));
    }
  });

  it.each<[string, string, (datagram: Datagram) => Datagram]>([
    ['a negative nonce', 'NOISE_REPLAY', ({ ciphertext }) => ({ nonce: -1n, ciphertext })],
    ['nonce 2^64 − 1', 'NOISE_NONCE_EXHAUSTED', ({ ciphertext }) => ({ nonce: 2n ** 64n - 1n, ciphertext })],
    ['nonce 2^64', 'NOISE_NONCE_EXHAUSTED', ({ ciphertext }) => ({ nonce: 2n ** 64n, ciphertext })],
    [
      'less than a tag',
      'NOISE_MESSAGE_TOO_SHORT',
      ({ nonce }) => ({ nonce, ciphertext: new Uint8Array(15) }),
    ],
    [
      '65 536 bytes',
      'NOISE_MESSAGE_TOO_LONG',
      ({ nonce }) => ({ nonce, ciphertext: new Uint8Array(65_536) }),
    ],
  ])('refuses %s and stays usable', (_, code, damage) => {
    const { initiator, responder } = connectDatagrams();
    const datagram = initiator.encrypt(bytesOf(4, 1));
    expect(codeOf(() => responder.decrypt(damage(datagram)))).toBe(code);
    expect(responder.decrypt(datagram)).toEqual(bytesOf(4, 1));
  });

  it('carries 65 519 bytes and refuses 65 520, without spending a nonce', () => {
    const { initiator } = connectDatagrams();
    expect(codeOf(() => initiator.encrypt(new Uint8Array(65_520)))).toBe('NOISE_MESSAGE_TOO_LONG');
    const { nonce, ciphertext } = initiator.encrypt(new Uint8Array(65_519));
    expect([nonce, ciphertext.length]).toEqual([0n, 65_535]);
  });

  it('authenticates associated data', () => {
    const { initiator, responder } = connectDatagrams();
    const datagram = initiator.encrypt(EMPTY, bytesOf(3, 1));
    expect(codeOf(() => responder.decrypt(datagram))).toBe('NOISE_DECRYPT_FAILED');
    expect(responder.decrypt(datagram, bytesOf(3, 1))).toEqual(EMPTY);
  });

  it('goes one way after a one-way pattern', () => {
    const { initiator, responder } = connectDatagrams(N);
    expect(codeOf(() => responder.encrypt(EMPTY))).toBe('NOISE_ONE_WAY');
    expect(codeOf(() => initiator.decrypt({ nonce: 0n, ciphertext: new Uint8Array(16) }))).toBe(
      'NOISE_ONE_WAY',
    );
    expect(responder.decrypt(initiator.encrypt(bytesOf(1, 1)))).toEqual(bytesOf(1, 1));
  });

  it('is wiped and unusable after destroy, also for replays [S1.4]', () => {
    const { suite, recording } = recordingSuite();
    const { initiator, responder } = connectDatagrams(XX, { responder: suite });
    const datagram = initiator.encrypt(EMPTY);
    responder.decrypt(datagram);
    responder.encrypt(EMPTY);
    responder[Symbol.dispose]();
    responder.destroy();
    expect(notWiped(recording)).toEqual([]);
    expect(codeOf(() => responder.decrypt(datagram))).toBe('NOISE_DESTROYED');
    expect(codeOf(() => responder.encrypt(EMPTY))).toBe('NOISE_DESTROYED');
  });
});
