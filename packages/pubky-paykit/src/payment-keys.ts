/// <reference lib="esnext.disposable" preserve="true" />
import type { KeyPair } from '@pubky-paykit/noise-core';
import { FORMER_NOISE_KEYS_MAXIMUM } from '@pubky-paykit/patterns';
import {
  activeKey,
  DiscoveryError,
  KEY_POLICIES,
  type KeyKeeper,
  type KeyLedger,
  type KeyPolicy,
  type LedgerKey,
  liveKeys,
} from '@pubky-paykit/pkarr-discovery';
import { type Clock, equalBytes, type IdentitySigner, systemClock } from '@pubky-paykit/primitives';
import type { ListeningIdentity } from './payment-identity.ts';

/** What {@link createPayeeKeys} works with. */
export interface PayeeKeysOptions {
  /** Of the device that is paid to: `OwnKeys.keeper`. Whoever changes its ledger, in whichever process, is noticed. */
  readonly keeper: Pick<KeyKeeper, 'status'>;
  /** Gives the key pair of a context of the ledger, which is taken: it is destroyed when it is not answered with any more. */
  readonly noiseKey: (context: string) => KeyPair | Promise<KeyPair>;
  /** For NN; borrowed. */
  readonly signer?: IdentitySigner | undefined;
  /** That of the keeper; `standard` if left out. */
  readonly policy?: Pick<KeyPolicy, 'overlapMs'> | undefined;
  readonly clock?: Clock | undefined;
}

/** The keys a payee answers with, as its ledger has them at every moment. */
export interface PayeeKeys {
  /**
   * Reads the ledger, and gives the active key with those beside it: at most 2 that it has replaced and that are in their
   * overlap, or that are to replace it and are not published everywhere. Give it to `listenForPayments` as `identity`.
   *
   * @returns Undefined if the device has no key, or has revoked it without a successor. What it holds is borrowed until the
   *   next call, which destroys the keys that are not answered with any more.
   * @throws DISCOVERY_KEY_MISDERIVED, and what the store and `noiseKey` throw.
   */
  identity(): Promise<ListeningIdentity | undefined>;
  /** Destroys all keys; `identity` gives nothing then. Calling it again does nothing. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * The keys to answer with, the active one first, and at most 2 others, the newest. A keeper may be late in taking keys off:
 * the time decides, not only the ledger. What else the ledger calls former is turned away.
 *
 * @param overlapMs Milliseconds: of the policy of the keeper.
 * @param nowMs Unix milliseconds.
 * @example
 * ```ts
 * import { answeredKeys, KEY_POLICIES, type KeyLedger } from 'pubky-paykit';
 * declare const ledger: KeyLedger;
 * const keys = answeredKeys(ledger, KEY_POLICIES.standard.overlapMs, Date.now());
 * ```
 */
export function answeredKeys(ledger: KeyLedger, overlapMs: number, nowMs: number): readonly LedgerKey[] {
  const active = activeKey(ledger);
  if (active === undefined) return [];
  const others = liveKeys(ledger).filter(
    (key) => key !== active && (key.supersededAtMs === undefined || nowMs < key.supersededAtMs + overlapMs),
  );
  return [active, ...others.slice(0, FORMER_NOISE_KEYS_MAXIMUM)];
}

/**
 * Answers payers with the keys of a ledger: a rotation takes effect with the next connection, the former key is answered
 * for its overlap, and a revoked one never again.
 *
 * @see docs/key-lifecycle.md
 * @example
 * ```ts
 * import { createPayeeKeys, deriveNoiseKeyPair, type OwnKeys, type Secret } from 'pubky-paykit';
 * declare const own: OwnKeys; // of keepOwnKeys
 * declare const seed: Secret;
 * const noiseKey = (context: string) => seed.use((bytes) => deriveNoiseKeyPair(bytes, context));
 * const keys = createPayeeKeys({ keeper: own.keeper, noiseKey });
 * // listenForPayments({ identity: keys.identity, … })
 * ```
 */
export function createPayeeKeys(options: PayeeKeysOptions): PayeeKeys {
  const { keeper, noiseKey: open, signer, policy = KEY_POLICIES.standard, clock = systemClock } = options;
  const { overlapMs } = policy;
  const pairs = new Map<string, KeyPair>();
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function pairOf({ context, noiseKey }: LedgerKey): Promise<KeyPair> {
    const known = pairs.get(context);
    if (known !== undefined) return known;
    const pair = await open(context);
    if (!equalBytes(pair.publicKey, noiseKey)) {
      pair.destroy();
      throw new DiscoveryError('DISCOVERY_KEY_MISDERIVED', { context });
    }
    // Closed meanwhile: nothing is kept, and whoever still waits gets nothing to use.
    if (isClosed) pair.destroy();
    else pairs.set(context, pair);
    return pair;
  }

  function destroyOthers(answered: readonly LedgerKey[]): void {
    for (const [context, pair] of pairs) {
      if (answered.some((key) => key.context === context)) continue;
      pairs.delete(context);
      pair.destroy();
    }
  }

  async function read(): Promise<ListeningIdentity | undefined> {
    if (isClosed) return undefined;
    const { ledger } = await keeper.status();
    const answered = ledger === undefined ? [] : answeredKeys(ledger, overlapMs, clock.now());
    destroyOthers(answered);
    const opened: KeyPair[] = [];
    for (const key of answered) opened.push(await pairOf(key));
    const [noiseKey, ...formerNoiseKeys] = opened;
    if (isClosed || ledger === undefined || noiseKey === undefined) return undefined;
    return { publicKey: ledger.identity, noiseKey, formerNoiseKeys, ...(signer && { signer }) };
  }

  function close(): void {
    isClosed = true;
    destroyOthers([]);
  }

  return {
    // One after the other: an older ledger must not bring back what a newer one has destroyed.
    identity() {
      const reading = last.then(read, read);
      last = reading;
      return reading;
    },
    close,
    [Symbol.dispose]: close,
  };
}
