import { isCodedError } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import type { HomeSettings } from '../home/home-settings.ts';
import { networkAdvice } from '../home/network-advice.ts';
import { withGivenHome } from '../home/next-command.ts';
import { type LookUpOutcome, OUTCOME_TEXTS } from '../keys/discover-outcome.ts';
import type { Peer } from '../keys/peer-argument.ts';
import { asCacheFailure, CacheFailed } from '../keys/peer-cache-failure.ts';
import { asPeerFailure, withPeer } from '../keys/peer-command.ts';
import type { PatternChoice } from './pattern-choice.ts';
import { type PatternFacts, patternFacts } from './pattern-facts.ts';
import { printable } from './printable.ts';

/** What stands between a payer and a receipt once the key of the payee is known: what happened, and what to do next. */
const PROBLEMS = {
  'own-key-unpublished':
    'The payee of this pattern finds out who pays by looking up your Noise key, and it is not published. Run `paykit keys publish{given}` first; a payee whose key is known needs no look-up with --pattern ik.',
  'first-contact':
    'Nobody vouches for a key at first contact, so somebody has to say that it is meant, and nobody can be asked here. Nothing was sent. Ask the payee to run `paykit keys publish`, or say --trust-first-contact.',
  'not-trusted':
    'The key that was shown was not trusted. Nothing was sent, and nothing is kept of it. Ask the payee to read its key to you from `paykit keys status`, then pay again; or ask it to publish its key with `paykit keys publish`, so that nobody has to compare it.',
  oneself:
    'That is the identity of this home: nobody pays themselves. Nothing was sent. Name the identity of the payee, or pay from another home with --home.',
  'first-contact-changed':
    'Another key is shown than at the first contact before, which has expired. Nothing was sent. Ask the owner which key is right, then pay where you can be asked, or run `paykit keys decide IDENTITY --forget` first.',
  'record-vanished':
    'The payee has published a Noise key before, and nobody shows its record now, so that this is no first contact: somebody may be hiding it. Ask the owner to run `paykit keys publish`; if it has given up its keys, `paykit keys decide IDENTITY --forget-history` takes it as a stranger.',
  'endpoint-missing':
    'The payee has published no address for the method {method}: it is not taking payments that way now. Ask it to run `paykit receive`, name another --method, or say where to --connect.',
  'endpoint-unreachable':
    'The address of the payee could not be looked up. Check the connection, the relays (PAYKIT_RELAYS, or --testnet) and its homeserver; if you know the address, say where to --connect.',
  'endpoint-static':
    'The payee takes {method} at an address of its own that is not dialled with Noise. Pay it with a wallet for {method}, or name another --method.',
  'endpoint-malformed':
    'What the payee has published for the method {method} is no address. Ask it to run `paykit receive` again, or say where to --connect.',
  'endpoint-tampered':
    'The published address names another Noise key than the payee has signed. Nothing was sent. Somebody may have changed it on the homeserver: ask the payee which key is right. If it has just changed its key, it has to start `paykit receive` again.',
  'insecure-address':
    'The payee listens at {address}, which is not on this machine, and plain TCP would show who talks to whom. Say --allow-insecure if that is meant.',
  offline: 'Nobody listens at {address}. Ask the payee to run `paykit receive`, then try again.',
  silent: 'There was no answer from {address} in time. Try again later.',
  'broken-off':
    'The handshake was broken off at {address}. Whoever listens there may be busy (`paykit receive` takes 10 connections a minute from one address): try again in a minute. Or it does not accept {pattern}: try another --pattern, or ask the payee to start `paykit receive --patterns {patterns}`.{doubt}',
  impostor:
    'Whoever listens at {address} could not prove to be the payee. Nothing was asked for. Do not pay there, and tell the payee.',
  refused: 'The payee refused the request: {peer}. Change what it says is wrong, then ask again.',
  'wrong-payee':
    'Whoever listens there says to be somebody else than the payee ({peer}). Nothing was paid. Check the address and the identity with the payee.',
  'payer-unverified':
    'The payee could not verify that your Noise key is yours ({peer}). Run `paykit keys publish{given}`, then try again.',
  unavailable: 'The payee cannot answer now ({peer}). Try again later.{lookUp}',
  'no-answer':
    'The connection ended before the receipt came. The payee may have noted the request; no receipt was kept here. Try again.',
  mismatch: 'The payee confirmed something else than was asked for. Do not pay. Nothing was kept.',
} as const;

/** A kind of failure: that of a look-up, or one that comes after it. */
export type PaymentProblem = keyof typeof PROBLEMS | Exclude<LookUpOutcome, 'found'>;

/** There is no receipt; the message says why, and what to do. */
export class PaymentFailed extends CommandFailed {
  readonly problem: PaymentProblem;

  constructor(problem: PaymentProblem, message: string) {
    super(`${problem}: ${message}`);
    this.problem = problem;
  }
}

/** What a message is filled with. */
export type FailureFacts = Partial<
  Readonly<Record<'method' | 'address' | 'peer' | 'given' | 'lookUp' | keyof PatternFacts, string>>
>;

/** @param code Of the error behind it, which the message ends with. */
export function paymentFailure(
  problem: keyof typeof PROBLEMS,
  facts: FailureFacts = {},
  code?: string,
): PaymentFailed {
  const text = PROBLEMS[problem].replace(/\{(\w+)\}/g, (_, name: keyof FailureFacts) => facts[name] ?? '');
  return new PaymentFailed(problem, code === undefined ? text : `${text} (${code})`);
}

const UNREACHABLE: readonly PaymentProblem[] = ['unreachable', 'endpoint-unreachable'];

/**
 * The same for how the command was called: with the payee and the home in the commands it names, and what else there is to do
 * where nobody could be reached. Anything else as it is.
 */
export function withCallAdvice(
  failure: unknown,
  settings: Pick<HomeSettings, 'network' | 'givenHome'>,
  peer: Peer,
): unknown {
  if (failure instanceof CacheFailed) return asPeerFailure(failure, peer, settings.givenHome);
  if (!(failure instanceof PaymentFailed)) return failure;
  const { problem } = failure;
  const code = UNREACHABLE.includes(problem) ? 'DISCOVERY_UNREACHABLE' : undefined;
  const advice = networkAdvice(code, settings);
  const message = withPeer(failure.message.slice(`${problem}: `.length), peer);
  const text = withGivenHome(message, settings.givenHome);
  return new PaymentFailed(problem, advice === undefined ? text : `${text} ${advice}`);
}

/** The outcomes of a look-up by the code it throws. */
const KEY_PROBLEMS: Readonly<Record<string, Exclude<LookUpOutcome, 'found'>>> = {
  DISCOVERY_KEY_ABSENT: 'absent',
  DISCOVERY_KEY_STALE: 'stale',
  DISCOVERY_KEY_FROM_FUTURE: 'future',
  DISCOVERY_KEY_REVOKED: 'revoked',
  DISCOVERY_KEY_ROLLED_BACK: 'rolled-back',
  DISCOVERY_KEY_DOWNGRADED: 'downgraded',
  DISCOVERY_FRESHNESS_UNSIGNED: 'unsigned',
  DISCOVERY_KEY_RECORD_FORGED: 'forged',
  DISCOVERY_FRESHNESS_FORGED: 'forged',
  DISCOVERY_WEAK_KEY: 'weak',
  DISCOVERY_KEY_RECORD_MALFORMED: 'malformed',
  DISCOVERY_KEY_RECORD_INCOMPLETE: 'malformed',
  DISCOVERY_UNREACHABLE: 'unreachable',
  DISCOVERY_LOOKUP_SUSPENDED: 'unreachable',
  DISCOVERY_KEY_CONFLICT: 'conflict',
};

/** Why there is no key to connect with. */
export function keyFailure(
  problem: Exclude<LookUpOutcome, 'found'>,
  device: string,
  code?: string,
): PaymentFailed {
  const { what, next } = OUTCOME_TEXTS[problem];
  const because = code === undefined ? '' : ` (${code})`;
  return new PaymentFailed(problem, `The payee (device ${device}) ${what}${because}. ${next}`);
}

/** The payee has revoked the key that was known, and has published another one since. @param newer Its beginning in hex. */
export function revokedFailure(newer: string, device: string): PaymentFailed {
  const text = `The payee (device ${device}) has revoked its Noise key (DISCOVERY_KEY_REVOKED), and a newer one is published: ${newer}…. Nothing was sent. Ask the owner, by another way than this network, whether that one is theirs; if so, \`paykit keys decide IDENTITY --forget\` makes room for it here, and the next payment takes it.`;
  return new PaymentFailed('revoked', text);
}

/** The payee has published no key, and there is no other way to it with what was asked for. */
export function absentFailure(device: string): PaymentFailed {
  const { message } = keyFailure('absent', device);
  const advice =
    'If it cannot, --connect HOST:PORT makes a first contact over xx, in which nobody vouches for its key.';
  return new PaymentFailed('absent', `${message.slice('absent: '.length)} ${advice}`);
}

/** What a look-up threw, for people; anything else as it is. */
export function asKeyFailure(error: unknown, device: string): unknown {
  const problem = isCodedError(error) ? KEY_PROBLEMS[error.code] : undefined;
  return problem === undefined
    ? asCacheFailure(error)
    : keyFailure(problem, device, (error as { code: string }).code);
}

/** What codes of connecting and of handshakes come to. */
const CONNECTION_PROBLEMS: Readonly<Record<string, keyof typeof PROBLEMS>> = {
  TRANSPORT_INSECURE_HOST: 'insecure-address',
  TRANSPORT_CONNECT_FAILED: 'offline',
  TRANSPORT_TIMED_OUT: 'silent',
  TRANSPORT_HANDSHAKE_CUT: 'broken-off',
  TRANSPORT_CONNECTION_LOST: 'broken-off',
  TRANSPORT_TRUNCATED: 'broken-off',
  PATTERNS_PIN_SUSPECT: 'broken-off',
};

/** A peer that says anything wrong in a handshake has not proven itself, whatever is wrong with it. */
const UNPROVEN = /^(?:NOISE|PATTERNS)_|^TRANSPORT_FRAME_/;
/** Those are mistakes, or troubles, of this side. */
const OURS = /_(?:SIGNER|LOOKUP|KEY_LENGTH|NO_PATTERN|KEYS_DIFFER|TRUST_(?:FAILED|MISSING))/;

/**
 * What connecting or a handshake threw, for people; anything else as it is.
 *
 * @param pattern The one that was asked for, if one was.
 */
export function asConnectionFailure(error: unknown, address: string, pattern?: PatternChoice): unknown {
  if (!isCodedError(error)) return error;
  const { code } = error;
  const unproven = UNPROVEN.test(code) && !OURS.test(code) ? 'impostor' : undefined;
  const problem = CONNECTION_PROBLEMS[code] ?? unproven;
  return problem === undefined ? error : paymentFailure(problem, { address, ...patternFacts(pattern) }, code);
}

/** What codes of asking for the receipt come to. */
const ANSWER_PROBLEMS: Readonly<Record<string, keyof typeof PROBLEMS>> = {
  PAYKIT_REFUSED_BY_PEER: 'refused',
  PAYKIT_PEER_UNAVAILABLE: 'unavailable',
  PAYKIT_CONFIRMATION_MISMATCH: 'mismatch',
  PAYKIT_TIMED_OUT: 'no-answer',
  PAYKIT_CHANNEL_CLOSED: 'no-answer',
  PAYKIT_CHANNEL_FAILED: 'no-answer',
  PAYKIT_UNEXPECTED_MESSAGE: 'no-answer',
  PAYKIT_TOO_MANY_ACKS: 'no-answer',
  TRANSPORT_CONNECTION_LOST: 'no-answer',
  TRANSPORT_TRUNCATED: 'no-answer',
};

/** Refusals that are about who asks, or who is asked. */
const REFUSALS: Readonly<Record<string, keyof typeof PROBLEMS>> = {
  PAYER_UNVERIFIED: 'payer-unverified',
  WRONG_PAYER: 'payer-unverified',
  WRONG_PAYEE: 'wrong-payee',
};

/**
 * What asking for the receipt threw, for people; anything else as it is.
 *
 * @param given What the command to go on with needs, too; see `HomeSettings`.
 * @param lookUp Of {@link lookUpFact}.
 */
export function asAnswerFailure(error: unknown, given = '', lookUp = ''): unknown {
  if (!isCodedError(error)) return error;
  const { peerCode, peerMessage = '' } = error.context as Partial<Record<'peerCode' | 'peerMessage', string>>;
  // What the peer says is no name of a member of its own.
  const isKnown = peerCode !== undefined && Object.hasOwn(REFUSALS, peerCode);
  const problem = isKnown ? REFUSALS[peerCode] : ANSWER_PROBLEMS[error.code];
  if (problem === undefined) return error;
  const peer = peerCode === undefined ? '' : printable(`${peerCode}, ${peerMessage}`);
  return paymentFailure(problem, { peer, given, lookUp }, error.code);
}
