import {
  DiscoveryError,
  LOCAL_TESTNET,
  NoiseError,
  PatternsError,
  PaykitError,
  TransportError,
  zBase32,
} from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { readPattern } from '../../src/payments/pattern-choice.ts';
import { lookUpFact } from '../../src/payments/pattern-facts.ts';
import {
  asAnswerFailure,
  asConnectionFailure,
  asKeyFailure,
  keyFailure,
  PaymentFailed,
  paymentFailure,
  withCallAdvice,
} from '../../src/payments/payment-failure.ts';

const problemOf = (failure: unknown): unknown =>
  failure instanceof PaymentFailed ? failure.problem : failure;

describe('asConnectionFailure', () => {
  it.each([
    ['insecure-address', new TransportError('TRANSPORT_INSECURE_HOST', { host: 'a' })],
    [
      'offline',
      new TransportError('TRANSPORT_CONNECT_FAILED', { host: 'a', port: 1, reason: 'ECONNREFUSED' }),
    ],
    ['silent', new TransportError('TRANSPORT_TIMED_OUT', { what: 'connecting', afterMs: 1 })],
    ['broken-off', new TransportError('TRANSPORT_HANDSHAKE_CUT', { messages: 1 })],
    ['broken-off', new TransportError('TRANSPORT_CONNECTION_LOST', { reason: 'ECONNRESET' })],
    ['broken-off', new PatternsError('PATTERNS_PIN_SUSPECT', { pinned: 'a' })],
    ['impostor', new NoiseError('NOISE_DECRYPT_FAILED')],
    ['impostor', new PatternsError('PATTERNS_STATIC_UNEXPECTED', { expected: 'a', presented: 'b' })],
    ['impostor', new PatternsError('PATTERNS_ATTESTATION_UNVERIFIED')],
    ['impostor', new TransportError('TRANSPORT_FRAME_TOO_LONG', { length: 9, maximum: 1 })],
  ])('says %s', (problem, error) => {
    const failure = asConnectionFailure(error, '127.0.0.1:1');
    expect(problemOf(failure)).toBe(problem);
    expect((failure as Error).message).toContain(error.code);
  });

  it.each([
    new PatternsError('PATTERNS_SIGNER_FAILED'),
    new PatternsError('PATTERNS_NO_PATTERN', { missing: 'a', remoteKey: 'unknown' }),
    new TransportError('TRANSPORT_ABORTED', { what: 'connecting' }),
    new TypeError('a mistake of ours'),
  ])('blames nobody else for $message', (error) => {
    expect(asConnectionFailure(error, '127.0.0.1:1')).toBe(error);
  });
});

describe('a handshake that is broken off', () => {
  const cut = new TransportError('TRANSPORT_HANDSHAKE_CUT', { messages: 1 });
  const messageFor = (name?: string): string => {
    const pattern = name === undefined ? undefined : readPattern(name, '--pattern', 'pay');
    return (asConnectionFailure(cut, '127.0.0.1:1', pattern) as Error).message;
  };

  it('names what the payee has to accept, and that it may be busy [F1]', () => {
    expect(messageFor('nn')).toMatch(/not accept NN: .*`paykit receive --patterns ik,ik-raw,xx,nn`/);
    expect(messageFor('xx')).toContain('`paykit receive --patterns ik,ik-raw,xx`');
    expect(messageFor()).toContain('not accept this pattern');
    expect(messageFor()).toContain('try again in a minute');
  });

  it('doubts a Noise key where the pattern needs one, and nowhere else [F1]', () => {
    expect(messageFor()).toContain('somebody else may be there');
    expect(messageFor('ik')).toContain('does not hold the Noise key');
    expect(messageFor('nn')).not.toMatch(/Noise key|somebody else/);
  });
});

describe('asAnswerFailure', () => {
  const refusal = (peerCode: string) =>
    new PaykitError('PAYKIT_REFUSED_BY_PEER', { peerCode, peerMessage: 'why' });

  it.each([
    ['refused', refusal('UNKNOWN_METHOD')],
    ['payer-unverified', refusal('PAYER_UNVERIFIED')],
    ['payer-unverified', refusal('WRONG_PAYER')],
    ['wrong-payee', refusal('WRONG_PAYEE')],
    ['refused', refusal('constructor')],
    ['unavailable', new PaykitError('PAYKIT_PEER_UNAVAILABLE', { peerCode: 'UNAVAILABLE', peerMessage: '' })],
    ['mismatch', new PaykitError('PAYKIT_CONFIRMATION_MISMATCH', { field: 'receipt.amount' })],
    ['no-answer', new PaykitError('PAYKIT_TIMED_OUT', { what: 'the confirmation', afterMs: 1 })],
    ['no-answer', new PaykitError('PAYKIT_CHANNEL_CLOSED', { wanted: 'ConfirmReceipt' })],
  ])('says %s', (problem, error) => {
    expect(problemOf(asAnswerFailure(error))).toBe(problem);
  });

  it('shows what the payee says, and lets it do nothing else', () => {
    const failure = asAnswerFailure(
      new PaykitError('PAYKIT_REFUSED_BY_PEER', { peerCode: 'NO', peerMessage: '\u001b[2Jgone' }),
    );
    expect((failure as Error).message).toContain('NO, \ufffd[2Jgone');
  });

  it('leaves what is wrong on this side as it is', () => {
    const error = new PaykitError('PAYKIT_STORE_FAILED');
    expect(asAnswerFailure(error)).toBe(error);
  });
});

describe('a payee that cannot answer now', () => {
  const facts = { peerCode: 'UNAVAILABLE', peerMessage: '' };
  const failure = (pattern: 'IK' | 'XX' | 'IK-raw'): Error =>
    asAnswerFailure(new PaykitError('PAYKIT_PEER_UNAVAILABLE', facts), '', lookUpFact(pattern)) as Error;

  it('may not be able to look the payer up, where the pattern has it do so [F1]', () => {
    for (const pattern of ['IK-raw', 'XX'] as const) {
      expect(failure(pattern).message).toContain(`With ${pattern} it has to look up`);
      expect(failure(pattern).message).toContain('--pattern ik needs no look-up');
    }
    expect(failure('IK').message).not.toContain('look');
  });
});

describe('asKeyFailure', () => {
  it.each([
    ['stale', new DiscoveryError('DISCOVERY_KEY_STALE', { ageSeconds: 9n, maximumSeconds: 1 })],
    ['revoked', new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'signed' })],
    ['conflict', new DiscoveryError('DISCOVERY_KEY_CONFLICT', { known: 'a', presented: 'b' })],
    ['unreachable', new DiscoveryError('DISCOVERY_UNREACHABLE', { what: 'a', sources: 2, reasons: 'b' })],
    ['rolled-back', new DiscoveryError('DISCOVERY_KEY_ROLLED_BACK')],
    ['forged', new DiscoveryError('DISCOVERY_KEY_RECORD_FORGED', { identity: 'a' })],
    ['weak', new DiscoveryError('DISCOVERY_WEAK_KEY')],
  ])('says %s', (problem, error) => {
    const failure = asKeyFailure(error, 'default');
    expect(problemOf(failure)).toBe(problem);
    expect((failure as Error).message).toContain(`(${error.code})`);
  });

  it('leaves anything else as it is', () => {
    const error = new DiscoveryError('DISCOVERY_CANCELLED', { what: 'looking up a Noise key' });
    expect(asKeyFailure(error, 'default')).toBe(error);
  });
});

describe('withCallAdvice', () => {
  const peer = { identity: new Uint8Array(32), device: 'till' };
  const testnet = { network: LOCAL_TESTNET, givenHome: ' --home a' };

  it('says where a test network does not answer that it may not be running', () => {
    const failure = withCallAdvice(paymentFailure('endpoint-unreachable'), testnet, peer) as Error;
    expect(problemOf(failure)).toBe('endpoint-unreachable');
    expect(failure.message).toMatch(/^endpoint-unreachable: The address.*paykit testnet --fixed-ports/);
  });

  it('names the home where a command looks into it, and not where somebody else is to run one', () => {
    const conflict = withCallAdvice(keyFailure('conflict', 'default'), testnet, peer) as Error;
    expect(conflict.message).toContain('`paykit keys peers --home a`');
    const name = zBase32.encode(peer.identity);
    expect(conflict.message).toContain(`\`paykit keys decide ${name} --device till --forget --home a\``);
    const offline = withCallAdvice(paymentFailure('offline', { address: 'x' }), testnet, peer) as Error;
    expect(offline.message).toBe(paymentFailure('offline', { address: 'x' }).message);
  });

  it('adds nothing elsewhere', () => {
    const unreachable = paymentFailure('endpoint-unreachable');
    const told = withCallAdvice(unreachable, { network: {}, givenHome: '' }, peer) as Error;
    expect(told.message).toBe(unreachable.message);
    const other = new TypeError('ours');
    expect(withCallAdvice(other, testnet, peer)).toBe(other);
  });
});

describe('paymentFailure', () => {
  it('puts in what it is told, and nothing of it is a pattern', () => {
    expect(paymentFailure('offline', { address: '$& {peer}' }).message).toContain('at $& {peer}.');
  });
});
