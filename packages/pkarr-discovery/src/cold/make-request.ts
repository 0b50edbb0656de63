import { type CancelSignal, type Clock, equalBytes, systemClock } from '@pubky-paykit/primitives';
import { DEFAULT_DEVICE, KEY_BYTES, MAX_OUTBOX_PUBLICATIONS } from '../constants.ts';
import { type DeriveNoiseKey, derivationContext } from '../lifecycle/derivation-context.ts';
import { requireKeptDevice } from '../lifecycle/former-device.ts';
import {
  currentKey,
  emptyLedger,
  type KeyLedger,
  type KeySelection,
  type LedgerKey,
  liveKeys,
  requireLedgerKey,
  unannouncedKeys,
} from '../lifecycle/key-ledger.ts';
import type { NewKey } from '../lifecycle/key-plan.ts';
import { nextKeyOf } from '../lifecycle/own-keys.ts';
import { revokingTime, statingTime } from '../lifecycle/signing-time.ts';
import type { PacketSource } from '../relays/packet-store.ts';
import { checkLength, signedPacketPayload } from '../signed-packet/signed-packet.ts';
import type { ColdAction, ColdRequest } from './cold-files.ts';
import { coldPlan } from './cold-plan.ts';

/** What is to be signed offline. */
export interface ColdRequestOptions {
  /** 32 bytes, Ed25519; copied. */
  readonly identity: Uint8Array;
  /** `default` unless given; at most 46 characters. */
  readonly device?: string | undefined;
  /** What to do, as `nextKeyAction` says, or `revoke`. To `publish` a key that the device has already is to sign it again. */
  readonly action: ColdAction;
  /** That of the device; undefined for one that has none, whose first key can be published. */
  readonly ledger?: KeyLedger | undefined;
  /** Derives a new key, where the device has its own. Without it the request names the context, and it is derived offline. */
  readonly derive?: DeriveNoiseKey | undefined;
  /**
   * Which keys to revoke or take off; all living, former or revoked ones unless given. A key that the ledger calls revoked
   * can be revoked again for as long as it is not known to be published.
   */
  readonly which?: KeySelection | undefined;
  /** Whether a revoked current key gets a successor; it does unless told otherwise. */
  readonly successor?: boolean | undefined;
  /** Where the packet is that shall be changed; without it none is signed. */
  readonly packets?: PacketSource | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: CancelSignal | undefined;
}

/** Stands for a key that is derived where the seed is. */
const UNKNOWN_KEY = new Uint8Array(KEY_BYTES);
/** What a revocation says under the id of the device: the revocation, and the successor. */
const DEVICE_STATEMENTS = 2;

/**
 * The keys to be revoked, those included whose revocation was noted in the ledger and may never have been published: a
 * bundle expires, and packets change. `all` is no more than one request can hold; of those that wait the newest come first.
 */
function revokedBy(ledger: KeyLedger, which: KeySelection): readonly LedgerKey[] {
  const unannounced = unannouncedKeys(ledger);
  if (which !== 'all') {
    const key = requireLedgerKey(ledger, which);
    return key.status !== 'revoked' || unannounced.includes(key) ? [key] : [];
  }
  const live = liveKeys(ledger);
  return [...live, ...unannounced.slice(live.length + DEVICE_STATEMENTS - MAX_OUTBOX_PUBLICATIONS)];
}

function keysFor(ledger: KeyLedger, action: ColdAction, which: KeySelection): readonly LedgerKey[] {
  if (action === 'revoke') return revokedBy(ledger, which);
  return which === 'all' ? ledger.keys : [requireLedgerKey(ledger, which)];
}

/** The key that is new by this action, if one is. */
async function newKeyFor(ledger: KeyLedger, options: ColdRequestOptions): Promise<NewKey | undefined> {
  const { action, which = 'all', successor = true, derive } = options;
  const current = currentKey(ledger);
  const isReplaced = current !== undefined && keysFor(ledger, 'revoke', which).includes(current);
  const wanted = { publish: current === undefined, rotate: true, revoke: successor && isReplaced };
  const isWanted = action in wanted && wanted[action as keyof typeof wanted];
  if (!isWanted) return undefined;
  if (derive !== undefined) return nextKeyOf(ledger, derive);
  return { context: derivationContext(ledger.device, ledger.nextEpoch), noiseKey: UNKNOWN_KEY };
}

/** What is asked for has to be what this ledger says next. */
function requireOwn(ledger: KeyLedger, identity: Uint8Array, device: string): void {
  if (!equalBytes(ledger.identity, identity) || ledger.device !== device) {
    throw new TypeError('the ledger is of another identity or device');
  }
  if (ledger.outbox.length > 0) throw new TypeError('the ledger has publications that no queue has got yet');
}

/**
 * Asks for what an identity is to sign offline [S3.1] [O3]: the same statements as a keeper would sign, and the packet they
 * are to stand in. What signs no key can be asked for whatever the clock says. Write `coldRequestCodec.encode(request)` to a file, and carry it to the machine with the secret.
 *
 * @throws DISCOVERY_BAD_DEVICE, DISCOVERY_WRONG_LENGTH, DISCOVERY_NO_CURRENT_KEY, DISCOVERY_TOO_MANY_KEYS,
 * DISCOVERY_KEY_NOT_IN_LEDGER, DISCOVERY_KEY_MISDERIVED, DISCOVERY_CLOCK_BEHIND, and what `derive` and `packets` throw.
 * @throws RangeError if there is nothing to do. @throws TypeError for a ledger of another device, or with an outbox.
 * @see P8 §4.4, docs/key-lifecycle.md
 *
 * @example
 * ```ts
 * import { coldRequestCodec, createColdRequest, type PacketSource } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const packets: PacketSource;
 * const request = await createColdRequest({ identity, action: 'publish', packets });
 * const file = coldRequestCodec.encode(request);
 * ```
 */
export async function createColdRequest(options: ColdRequestOptions): Promise<ColdRequest> {
  const { device = DEFAULT_DEVICE, action, which = 'all', packets, clock = systemClock, signal } = options;
  requireKeptDevice(device);
  checkLength('an identity', options.identity, KEY_BYTES, KEY_BYTES);
  const identity = Uint8Array.from(options.identity);
  const ledger = options.ledger ?? emptyLedger(identity, device, 0);
  requireOwn(ledger, identity, device);
  const newKey = await newKeyFor(ledger, options);
  const time = revokingTime(ledger.stampedSeconds, clock);
  const plan = coldPlan(ledger, { action, newKey, keys: keysFor(ledger, action, which), time });
  statingTime(plan.statements, ledger.stampedSeconds, clock);
  if (plan.statements.length === 0) throw new RangeError(`there is nothing to ${action}`);
  const packet = await packets?.get(identity, { signal, forUpdate: true });
  return {
    identity,
    device,
    action,
    createdMs: time.nowMs,
    revision: ledger.revision,
    stampedSeconds: ledger.stampedSeconds,
    statements: plan.statements.map((statement) => {
      const { kind, device: under } = statement;
      const isAbout = kind === 'retirement' ? undefined : statement;
      const isNew = newKey !== undefined && isAbout?.noiseKey === newKey.noiseKey;
      return {
        kind,
        device: under,
        noiseKey: isAbout?.noiseKey === UNKNOWN_KEY ? undefined : isAbout?.noiseKey,
        context: isNew ? newKey.context : undefined,
        later: isAbout === undefined ? 0 : Number(isAbout.timestampSeconds - time.timestampSeconds),
      };
    }),
    packet: packet && signedPacketPayload(packet),
  };
}
