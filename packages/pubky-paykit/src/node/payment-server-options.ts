import type { LookUpNoiseKeys, Profile, SessionFacts } from '@pubky-paykit/patterns';
import type { OneWayOptions, ServeOptions } from '@pubky-paykit/paykit-protocol';
import type { Logger } from '@pubky-paykit/primitives';
import type { ListenTcpOptions } from '@pubky-paykit/transport/tcp';
import type { OfferPatternsOptions } from '../pattern-offer.ts';
import type { PaymentChannelOptions } from '../payment-channel.ts';
import type { ListeningIdentity } from '../payment-identity.ts';
import { requirePolicy, requireProfiles } from '../profile-argument.ts';

/** What a payee's server does with requests; who asks is taken from the session. */
type PayeeRules = Omit<ServeOptions, 'self' | 'peer' | 'signal' | 'closing'>;

/**
 * Gives the keys a payee answers with now; asked when the server starts, and once for each connection. Undefined for a payee
 * whose key is revoked without a successor: everybody is refused. What it throws ends the one connection.
 */
export type IdentityOfNow = () => ListeningIdentity | undefined | Promise<ListeningIdentity | undefined>;

/** What {@link listenForPayments} needs. */
export interface ListenForPaymentsOptions extends Omit<ListenTcpOptions, 'onConnection'>, PayeeRules {
  /**
   * Borrowed: keep it alive until the server is closed. A signer is needed where NN is offered, and nowhere else. A function
   * where keys are rotated while the server runs, such as `createPayeeKeys(…).identity`; its `publicKey` stays the same.
   */
  readonly identity: ListeningIdentity | IdentityOfNow;
  /** Which patterns are accepted, and who may connect; IK with everybody if not given. */
  readonly patterns?: OfferPatternsOptions<readonly Profile[]>;
  /**
   * Finds the Noise keys a payer has published; needed where IK-raw or XX is offered, whose handshakes prove a key and no
   * identity. With `'nobody'` their payers stay unverified, and nothing of theirs is ever confirmed (P8 W-05).
   */
  readonly lookUpNoiseKeys?: LookUpNoiseKeys | 'nobody';
  /** Where requests of pattern N go, which nobody has to have sent and which get no answer; needed where N is offered. */
  readonly oneWay?: Pick<OneWayOptions, 'requests' | 'onNote'>;
  /** How channels are accepted: time-outs, the negotiation byte. They end when the server closes. */
  readonly channel?: Omit<PaymentChannelOptions, 'signal'>;
  /** Told of each peer once it is known to be live, or in N, once its first message has come. */
  readonly onSession?: (session: SessionFacts) => void;
  readonly logger?: Logger | undefined;
}

/** What belongs into `patterns`. At the top it would be ignored: everybody would be let in. */
const PATTERN_OPTIONS = {
  profiles: true,
  allowIdentity: true,
  allowStatic: true,
  allowUnnamed: true,
  policy: true,
  prologue: true,
  replayCache: true,
  replayCacheEntries: true,
  suite: true,
} as const satisfies Record<keyof OfferPatternsOptions<readonly Profile[]>, true>;

function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} is not a function`);
}

function requireStore(name: string, value: unknown): void {
  const { get, keep } = (value ?? {}) as Record<string, unknown>;
  if (typeof get === 'function' && typeof keep === 'function') return;
  throw new TypeError(
    `${name} has no methods get and keep: pass createMemoryReceiptStore(), or a store of your own`,
  );
}

function requireMethods(value: unknown): void {
  if (typeof (value as Partial<Set<string>> | null | undefined)?.has === 'function') return;
  const mending = Array.isArray(value)
    ? 'pass a Set, new Set([…]), not an array'
    : 'pass a Set of method ids';
  throw new TypeError(`methods has no method has: ${mending}`);
}

function checkPlaces(options: ListenForPaymentsOptions): void {
  for (const name of Object.keys(PATTERN_OPTIONS)) {
    if ((options as unknown as Record<string, unknown>)[name] === undefined) continue;
    throw new TypeError(`${name} belongs into patterns: write patterns: { ${name}: … }`);
  }
}

function checkRules(options: ListenForPaymentsOptions): void {
  const { generateReceipt, store, methods, oneWay, onSession, onAnswer } = options;
  requireFunction('generateReceipt', generateReceipt);
  requireStore('store', store);
  requireMethods(methods);
  if (onSession !== undefined) requireFunction('onSession', onSession);
  if (onAnswer !== undefined) requireFunction('onAnswer', onAnswer);
  if (oneWay === undefined) return;
  requireStore('oneWay.requests', oneWay.requests);
  if (oneWay.onNote !== undefined) requireFunction('oneWay.onNote', oneWay.onNote);
  if (oneWay.requests === store) {
    throw new TypeError(
      'oneWay.requests wants a store of its own: a request nobody has proven would pass for a receipt',
    );
  }
}

/** Whether its payers are known by a Noise key alone, of which somebody has to find out whose it is. */
function leavesPayerOpen({ oneWay, guarantees }: Profile): boolean {
  return !oneWay && !guarantees.responder.proves.remoteIdentity;
}

function checkLookUp(profiles: readonly Profile[], lookUp: unknown): void {
  if (lookUp === 'nobody') return;
  if (lookUp !== undefined) requireFunction('lookUpNoiseKeys', lookUp);
  const open = profiles.find(leavesPayerOpen);
  if (lookUp !== undefined || open === undefined) return;
  throw new TypeError(
    `${open.name} proves no identity, so nothing could ever be confirmed: pass lookUpNoiseKeys, or 'nobody' to accept that`,
  );
}

/** @throws TypeError unless it is an identity. */
export function requireIdentity(identity: ListeningIdentity | undefined): ListeningIdentity {
  if (identity?.publicKey !== undefined) return identity;
  throw new TypeError('identity has no publicKey: pass createPaymentIdentity(seed), or keys of your own');
}

/**
 * What the types say, and what options must be to each other: a server must not start with a mistake that the first payer
 * would find.
 *
 * @throws TypeError naming what is wrong, and what to pass instead.
 */
export function checkServerOptions(options: ListenForPaymentsOptions, profiles: readonly Profile[]): void {
  const { patterns, oneWay, channel, lookUpNoiseKeys } = options;
  checkPlaces(options);
  checkRules(options);
  requireProfiles(profiles);
  requirePolicy(patterns?.policy);
  checkLookUp(profiles, lookUpNoiseKeys);
  if (oneWay === undefined && profiles.some((profile) => profile.oneWay)) {
    throw new TypeError('a one-way pattern is offered: pass oneWay, for the requests that come through it');
  }
  if (channel?.patternByte === false && profiles.map(({ name }) => name).join() !== 'IK') {
    throw new TypeError('without the negotiation byte nothing but IK can be accepted: offer IK alone');
  }
}
