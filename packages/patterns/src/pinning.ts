import { type Clock, equalBytes, systemClock } from '@pubky-paykit/primitives';
import { KEY_BYTES, PIN_STORE_MAXIMUM_PEERS } from './constants.ts';
import { PatternsError } from './errors.ts';
import { requireLength } from './lengths.ts';
import type { Check } from './profile.ts';
import { keyPrefix } from './redaction.ts';

/** The Noise key a peer showed at first contact. */
export interface Pin {
  /** 32 bytes, the X25519 static key. */
  readonly noiseKey: Uint8Array;
  /** Unix milliseconds of the first contact. */
  readonly pinnedAtMs: number;
}

/** Keeps one pin a peer. What it returns is the caller's; what it is given it copies. */
export interface PinStore {
  get(peer: string): Promise<Pin | undefined>;
  /**
   * Stores the pin unless the peer has one, in one atomic step, and returns the pin that is stored then. Durable when it
   * resolves.
   */
  keep(peer: string, pin: Pin): Promise<Pin>;
  /** Forgets a peer, after somebody has made sure that its new key is right. Removing none does nothing. */
  remove(peer: string): Promise<void>;
}

/** Why the static key that a responder shows in XX may be trusted: exactly one reason, chosen by name. */
export type TrustRule =
  | {
      /** 32 bytes, the key the peer must have; copied. */
      readonly expectedStatic: Uint8Array;
    }
  | {
      /** Asked about the proven key (32 bytes, a copy); only `true` lets the handshake go on. */
      readonly verifyStatic: (noiseKey: Uint8Array) => boolean | Promise<boolean>;
    }
  | {
      /** Where the key of the first contact is pinned, and compared with ever after. */
      readonly trustOnFirstUse: PinStore;
      /** What the peer is called in the store, such as its address or its identity in z-base-32. */
      readonly peer: string;
      readonly clock?: Clock;
    };

/**
 * Copies a rule and makes sure it is one.
 *
 * @throws TypeError unless there is exactly one reason in it.
 * @throws PATTERNS_KEY_LENGTH
 */
export function trustRule(rule: TrustRule | undefined): TrustRule | undefined {
  if (rule === undefined) return undefined;
  const reasons = ['expectedStatic', 'verifyStatic', 'trustOnFirstUse'].filter(
    (name) => (rule as Readonly<Record<string, unknown>>)[name] !== undefined,
  );
  if (reasons.length !== 1) throw new TypeError('trust wants exactly one reason');
  if ('trustOnFirstUse' in rule && rule.trustOnFirstUse !== undefined && typeof rule.peer !== 'string') {
    throw new TypeError('trustOnFirstUse wants the name of the peer');
  }
  if (!('expectedStatic' in rule) || rule.expectedStatic === undefined) return { ...rule };
  requireLength('expected static key', rule.expectedStatic, KEY_BYTES);
  return { expectedStatic: rule.expectedStatic.slice() };
}

/** What the store keeps for the peer, the new pin if there was none. */
async function pinned(store: PinStore, peer: string, noiseKey: Uint8Array, clock: Clock): Promise<Pin> {
  try {
    return await store.keep(peer, { noiseKey: noiseKey.slice(), pinnedAtMs: clock.now() });
  } catch (cause) {
    throw new PatternsError('PATTERNS_TRUST_FAILED', {}, { cause });
  }
}

async function verified(
  question: (noiseKey: Uint8Array) => boolean | Promise<boolean>,
  noiseKey: Uint8Array,
): Promise<boolean> {
  try {
    return (await question(noiseKey.slice())) === true;
  } catch (cause) {
    throw new PatternsError('PATTERNS_TRUST_FAILED', {}, { cause });
  }
}

/**
 * A check that the static key the responder has just proven may be trusted. A first key is pinned here, when it is
 * proven and before this side has shown its own (P8 W-16).
 *
 * @throws PATTERNS_STATIC_UNEXPECTED, PATTERNS_PIN_CHANGED with both fingerprints; PATTERNS_STATIC_REFUSED,
 * PATTERNS_TRUST_FAILED
 */
export const trustStatic: Check = async ({ trust, remoteStatic }) => {
  if (trust === undefined || remoteStatic === undefined) throw new TypeError('the trust rule is missing');
  const presented = keyPrefix(remoteStatic);
  if ('expectedStatic' in trust) {
    if (equalBytes(trust.expectedStatic, remoteStatic)) return;
    const expected = keyPrefix(trust.expectedStatic);
    throw new PatternsError('PATTERNS_STATIC_UNEXPECTED', { expected, presented });
  }
  if ('verifyStatic' in trust) {
    if (await verified(trust.verifyStatic, remoteStatic)) return;
    throw new PatternsError('PATTERNS_STATIC_REFUSED');
  }
  const pin = await pinned(trust.trustOnFirstUse, trust.peer, remoteStatic, trust.clock ?? systemClock);
  if (equalBytes(pin.noiseKey, remoteStatic)) return;
  throw new PatternsError('PATTERNS_PIN_CHANGED', { pinned: keyPrefix(pin.noiseKey), presented });
};

/**
 * A pin store in memory, for tests and for processes that may forget. It refuses new peers when it is full rather than
 * forget one, since a forgotten pin is a first contact again.
 *
 * @param options.maximumPeers Positive; 10 000 if not given.
 */
export function createMemoryPinStore(options: { readonly maximumPeers?: number } = {}): PinStore {
  const { maximumPeers = PIN_STORE_MAXIMUM_PEERS } = options;
  const pins = new Map<string, Pin>();
  const copyOf = ({ noiseKey, pinnedAtMs }: Pin): Pin => ({ noiseKey: noiseKey.slice(), pinnedAtMs });
  return {
    async get(peer) {
      const pin = pins.get(peer);
      return pin && copyOf(pin);
    },
    async keep(peer, pin) {
      const known = pins.get(peer);
      if (known !== undefined) return copyOf(known);
      if (pins.size >= maximumPeers) {
        throw new PatternsError('PATTERNS_PIN_STORE_FULL', { maximum: maximumPeers });
      }
      pins.set(peer, copyOf(pin));
      return copyOf(pin);
    },
    async remove(peer) {
      pins.delete(peer);
    },
  };
}
