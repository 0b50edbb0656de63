import { type Clock, equalBytes, systemClock } from '@pubky-paykit/primitives';
import { KEY_BYTES, PIN_STORE_MAXIMUM_PEERS } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { keyPrefix } from '../redaction.ts';

/** The Noise key a peer showed at first contact. */
export interface Pin {
  /** 32 bytes, the X25519 static key. */
  readonly noiseKey: Uint8Array;
  /** Unix milliseconds of the first contact. */
  readonly pinnedAtMs: number;
}

/**
 * Keeps one pin a peer. What it returns is the caller's; what it is given it copies. Names are opaque text, told apart by
 * every character. `pinStoreConformance` of `./testing` says the same in checks.
 */
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

/** What may speak for a static key that a responder shows. */
interface TrustReasons {
  /** 32 bytes, the key the peer must have; copied. */
  readonly expectedStatic?: Uint8Array | undefined;
  /** Asked about the proven key (32 bytes, a copy); only `true` lets the handshake go on. */
  readonly verifyStatic?: ((noiseKey: Uint8Array) => boolean | Promise<boolean>) | undefined;
  /** Where the key of the first contact is pinned, and compared with ever after. */
  readonly trustOnFirstUse?: PinStore | undefined;
  /** With `trustOnFirstUse`: what the peer is called in the store, such as its address or its identity in z-base-32. */
  readonly peer?: string | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Why the static key that a responder shows in XX may be trusted: at least one reason, chosen by name. **All** that are
 * given must hold, in the order of the members; a key is pinned last, so only one that the others speak for.
 */
export type TrustRule = TrustReasons &
  (
    | { readonly expectedStatic: Uint8Array }
    | { readonly verifyStatic: (noiseKey: Uint8Array) => boolean | Promise<boolean> }
    | { readonly trustOnFirstUse: PinStore }
  ) &
  (
    | { readonly trustOnFirstUse: PinStore; readonly peer: string }
    | { readonly trustOnFirstUse?: undefined; readonly peer?: undefined }
  );

/**
 * Makes sure that a rule is one, and copies it.
 *
 * @throws TypeError unless there is a reason in it, and each is of its kind.
 * @throws PATTERNS_KEY_LENGTH
 */
export function trustRule(rule: TrustRule | undefined): TrustRule | undefined {
  if (rule === undefined) return undefined;
  const { expectedStatic, verifyStatic, trustOnFirstUse, peer, clock }: TrustReasons = rule;
  if ((expectedStatic ?? verifyStatic ?? trustOnFirstUse) === undefined) {
    throw new TypeError('trust wants a reason: expectedStatic, verifyStatic or trustOnFirstUse');
  }
  if (expectedStatic !== undefined) requireLength('expected static key', expectedStatic, KEY_BYTES);
  if (verifyStatic !== undefined && typeof verifyStatic !== 'function') {
    throw new TypeError('verifyStatic is no function');
  }
  if (trustOnFirstUse !== undefined) {
    if (typeof trustOnFirstUse?.keep !== 'function') throw new TypeError('trustOnFirstUse is no pin store');
    if (typeof peer !== 'string') throw new TypeError('trustOnFirstUse wants the name of the peer');
  }
  const copy: TrustReasons = {
    ...(expectedStatic && { expectedStatic: Uint8Array.from(expectedStatic) }),
    ...(verifyStatic && { verifyStatic }),
    ...(trustOnFirstUse && { trustOnFirstUse, peer, clock: clock ?? systemClock }),
  };
  return copy as TrustRule;
}

/** The key the store keeps for the peer (32 bytes, a copy): the new one if there was none. */
async function pinnedKey(
  store: PinStore,
  peer: string,
  noiseKey: Uint8Array,
  clock: Clock,
): Promise<Uint8Array> {
  try {
    const pin = await store.keep(peer, { noiseKey: noiseKey.slice(), pinnedAtMs: clock.now() });
    // What a damaged store answers is no change of the peer's key, and must not be reported as one.
    requireLength('pinned key', pin.noiseKey, KEY_BYTES);
    return Uint8Array.from(pin.noiseKey);
  } catch (cause) {
    // Trying again would not help here.
    if (cause instanceof PatternsError && cause.code === 'PATTERNS_PIN_STORE_FULL') throw cause;
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

/** What the check looks at. */
interface ShownStatic {
  readonly trust: TrustRule | undefined;
  /** 32 bytes; borrowed. */
  readonly remoteStatic: Uint8Array | undefined;
}

/**
 * A check that the static key the responder has just proven may be trusted. A first key is pinned here, when it is
 * proven and before this side has shown its own (P8 W-16).
 *
 * @throws PATTERNS_STATIC_UNEXPECTED, PATTERNS_PIN_CHANGED with both fingerprints; PATTERNS_STATIC_REFUSED,
 * PATTERNS_TRUST_FAILED, PATTERNS_PIN_STORE_FULL
 */
export async function trustStatic({ trust, remoteStatic }: ShownStatic): Promise<void> {
  const rule: TrustReasons = trust ?? {};
  const { expectedStatic, verifyStatic, trustOnFirstUse, peer = '', clock = systemClock } = rule;
  const hasReason = (expectedStatic ?? verifyStatic ?? trustOnFirstUse) !== undefined;
  if (!hasReason || remoteStatic === undefined) throw new TypeError('the trust rule or the key is missing');
  const presented = keyPrefix(remoteStatic);
  if (expectedStatic !== undefined && !equalBytes(expectedStatic, remoteStatic)) {
    const expected = keyPrefix(expectedStatic);
    throw new PatternsError('PATTERNS_STATIC_UNEXPECTED', { expected, presented });
  }
  if (verifyStatic !== undefined && !(await verified(verifyStatic, remoteStatic))) {
    throw new PatternsError('PATTERNS_STATIC_REFUSED');
  }
  if (trustOnFirstUse === undefined) return;
  const pinned = await pinnedKey(trustOnFirstUse, peer, remoteStatic, clock);
  if (equalBytes(pinned, remoteStatic)) return;
  throw new PatternsError('PATTERNS_PIN_CHANGED', { pinned: keyPrefix(pinned), presented });
}

/** Not `slice`: that of a Node `Buffer` shares the memory. */
function copyOf({ noiseKey, pinnedAtMs }: Pin): Pin {
  return { noiseKey: Uint8Array.from(noiseKey), pinnedAtMs };
}

/**
 * A pin store in memory, for tests and for processes that may forget. It refuses new peers when it is full rather than
 * forget one, since a forgotten pin is a first contact again.
 *
 * @param options.maximumPeers A positive integer; 10 000 if not given.
 * @throws RangeError for any other number.
 */
export function createMemoryPinStore(options: { readonly maximumPeers?: number } = {}): PinStore {
  const { maximumPeers = PIN_STORE_MAXIMUM_PEERS } = options;
  if (!Number.isInteger(maximumPeers) || maximumPeers < 1) {
    throw new RangeError('maximumPeers must be a positive integer');
  }
  const pins = new Map<string, Pin>();
  return {
    async get(peer) {
      const pin = pins.get(peer);
      return pin && copyOf(pin);
    },
    async keep(peer, pin) {
      requireLength('Noise key', pin.noiseKey, KEY_BYTES);
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
