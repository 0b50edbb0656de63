import { describe, expect, it } from 'vitest';
import * as noble from '../src/backends/noble/index.ts';
import * as node from '../src/backends/node/index.ts';
import { type AnyHandshake, createHandshake, fallback, IK, KN, NK, NN, withPsk, XX } from '../src/index.ts';
import { complete, SUITE } from './parties.ts';
import { codeOf, noiseErrorOf } from './thrown.ts';

const start = (options: object): AnyHandshake =>
  createHandshake({ suite: SUITE, role: 'initiator', pattern: NN, ...options } as Parameters<
    typeof createHandshake
  >[0]) as AnyHandshake;

describe('the keys of createHandshake', () => {
  const pair = SUITE.dh.generateKeyPair();
  const other = node.x448.generateKeyPair();
  const psk = new Uint8Array(32);

  it.each<[string, string, object]>([
    ['IK without s', 'NOISE_KEY_MISSING', { pattern: IK, rs: pair.publicKey }],
    ['IK without rs', 'NOISE_KEY_MISSING', { pattern: IK, s: pair }],
    ['the responder of IK without s', 'NOISE_KEY_MISSING', { pattern: IK, role: 'responder' }],
    [
      'the responder of IK with rs',
      'NOISE_KEY_UNEXPECTED',
      { pattern: IK, role: 'responder', s: pair, rs: pair.publicKey },
    ],
    ['NN with s', 'NOISE_KEY_UNEXPECTED', { s: pair }],
    ['XX with rs', 'NOISE_KEY_UNEXPECTED', { pattern: XX, s: pair, rs: pair.publicKey }],
    ['NN with e', 'NOISE_KEY_UNEXPECTED', { e: pair }],
    ['NN with re', 'NOISE_KEY_UNEXPECTED', { re: pair.publicKey }],
    ['NN with a psk', 'NOISE_KEY_UNEXPECTED', { psks: [psk] }],
    ['NNpsk0 without a psk', 'NOISE_KEY_MISSING', { pattern: withPsk(NN, 0) }],
    ['NNpsk0 with two', 'NOISE_KEY_UNEXPECTED', { pattern: withPsk(NN, 0), psks: [psk, psk] }],
    ['NNpsk0+psk2 with one', 'NOISE_KEY_MISSING', { pattern: withPsk(NN, 0, 2), psks: [psk] }],
    ['a psk of 31 bytes', 'NOISE_KEY_LENGTH', { pattern: withPsk(NN, 0), psks: [new Uint8Array(31)] }],
    ['a psk of 33 bytes', 'NOISE_KEY_LENGTH', { pattern: withPsk(NN, 0), psks: [new Uint8Array(33)] }],
    ['an rs of 31 bytes', 'NOISE_KEY_LENGTH', { pattern: NK, rs: new Uint8Array(31) }],
    ['an empty rs', 'NOISE_KEY_LENGTH', { pattern: NK, rs: new Uint8Array(0) }],
    [
      'an rs handle of the other curve',
      'NOISE_KEY_LENGTH',
      { pattern: NK, rs: node.x448.importPublicKey(other.publicKey) },
    ],
    ['an s of the other curve', 'NOISE_KEY_LENGTH', { pattern: KN, s: other }],
    ['an re of 56 bytes', 'NOISE_KEY_LENGTH', { pattern: fallback(NN), re: other.publicKey }],
    ['an e of the other curve', 'NOISE_KEY_LENGTH', { pattern: fallback(NN), role: 'responder', e: other }],
    ['XXfallback without re', 'NOISE_KEY_MISSING', { pattern: fallback(XX), s: pair }],
    ['XXfallback without e', 'NOISE_KEY_MISSING', { pattern: fallback(XX), role: 'responder', s: pair }],
  ])('are refused: %s', (_, code, options) => {
    expect(codeOf(() => start(options))).toBe(code);
  });

  it('are named in the error, with their lengths', () => {
    expect(noiseErrorOf(() => start({ pattern: fallback(NN), re: new Uint8Array(5) })).context).toEqual({
      key: 're',
      expected: 32,
      actual: 5,
    });
    expect(noiseErrorOf(() => start({ pattern: IK, s: pair })).context).toEqual({ key: 'rs', pattern: 'IK' });
  });

  it('are refused as a TypeError where the types forbid them', () => {
    for (const options of [
      { prologue: 'text' },
      { pattern: NK, rs: 'text' },
      { pattern: withPsk(NN, 0), psks: ['text'] },
    ]) {
      expect(() => start(options)).toThrow(TypeError);
    }
  });

  it('make no difference of handle and bytes', () => {
    for (const rs of [
      pair.publicKey,
      SUITE.dh.importPublicKey(pair.publicKey),
      noble.x25519.importPublicKey(pair.publicKey),
    ]) {
      const initiator = createHandshake({ pattern: NK, suite: SUITE, role: 'initiator', rs });
      const responder = createHandshake({ pattern: NK, suite: SUITE, role: 'responder', s: pair });
      complete({ initiator, responder });
    }
  });

  it('of another backend are a TypeError, and end the handshake', () => {
    const s = noble.x25519.generateKeyPair();
    const initiator = createHandshake({ pattern: KN, suite: SUITE, role: 'initiator', s }).write().next;
    const answer = createHandshake({
      pattern: KN,
      suite: SUITE,
      role: 'responder',
      rs: s.publicKey,
    }).read(createHandshake({ pattern: KN, suite: SUITE, role: 'initiator', s }).write().message);
    expect(() => initiator.read(answer.next.write().message)).toThrow(TypeError);
    expect(initiator.destroyed).toBe(true);
  });

  it('that were destroyed end the handshake [S1.4]', () => {
    const s = SUITE.dh.generateKeyPair();
    const responder = createHandshake({ pattern: NK, suite: SUITE, role: 'responder', s });
    s.destroy();
    const { message } = createHandshake({
      pattern: NK,
      suite: SUITE,
      role: 'initiator',
      rs: s.publicKey,
    }).write();
    expect(codeOf(() => responder.read(message))).toBe('NOISE_DESTROYED');
    expect(responder.destroyed).toBe(true);
  });
});
