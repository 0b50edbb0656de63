import { type Clock, equalBytes, type IdentitySigner, systemClock } from '@pubky-paykit/primitives';
import { COLD_LIFETIME_MS, KEY_RECORD_TTL_SECONDS, MAX_KEY_AGE_SECONDS } from '../constants.ts';
import type { DnsRecord } from '../dns/record.ts';
import { DiscoveryError } from '../errors.ts';
import type { DeriveNoiseKey } from '../lifecycle/derivation-context.ts';
import type { KeyStatement, NewKey } from '../lifecycle/key-plan.ts';
import { derivedKey } from '../lifecycle/own-keys.ts';
import { signStatements } from '../lifecycle/sign-statements.ts';
import { statingTime } from '../lifecycle/signing-time.ts';
import { packetChangeOf } from '../publications/packet-target.ts';
import type { Publication } from '../publications/publication.ts';
import { applyChange } from '../publishing/packet-change.ts';
import { nextTimestamp } from '../publishing/update-packet.ts';
import { identityOf } from '../records/signing.ts';
import { signPacket } from '../signed-packet/sign-packet.ts';
import { parseSignedPacket, type SignedPacket, signedPacketPayload } from '../signed-packet/signed-packet.ts';
import type { ColdBundle, ColdRequest, ColdStatement } from './cold-files.ts';

/** What the machine with the secret has beside the signer. */
export interface PrepareOptions {
  /** Derives new keys that the request names by their context only; what it names by the key, too, is compared. */
  readonly derive?: DeriveNoiseKey | undefined;
  /** Milliseconds in which the bundle may be published, up to 30 days; 7 days unless given. */
  readonly lifetimeMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** @throws DISCOVERY_COLD_KEY_MISSING, DISCOVERY_KEY_MISDERIVED, and what `derive` throws. */
async function newKeyIn(
  statements: readonly ColdStatement[],
  derive: DeriveNoiseKey | undefined,
): Promise<NewKey | undefined> {
  const statement = statements.find(({ context }) => context !== undefined);
  if (statement?.context === undefined) return undefined;
  const { context, noiseKey } = statement;
  const derived = derive && (await derivedKey(derive, context));
  const key = noiseKey ?? derived;
  if (key === undefined) throw new DiscoveryError('DISCOVERY_COLD_KEY_MISSING', { context });
  if (derived !== undefined && !equalBytes(derived, key)) {
    throw new DiscoveryError('DISCOVERY_KEY_MISDERIVED', { context });
  }
  return { context, noiseKey: key };
}

function statementOf(asked: ColdStatement, newKey: NewKey | undefined, seconds: bigint): KeyStatement {
  const { kind, device, later } = asked;
  if (kind === 'retirement') return { kind, device };
  const noiseKey = asked.noiseKey ?? newKey?.noiseKey;
  if (noiseKey === undefined) throw new TypeError('the request names no key');
  return { kind, device, noiseKey, timestampSeconds: seconds + BigInt(later) };
}

/**
 * The records of a packet with all publications in it, and without what makes room for them.
 *
 * @param nowMs When they were signed, in Unix milliseconds: whoever checks the packet later must find the same to be too old.
 * @throws DISCOVERY_NEWER_PUBLISHED
 */
export function recordsWith(
  records: readonly DnsRecord[],
  publications: readonly Publication[],
  nowMs: number,
): readonly DnsRecord[] {
  const rules = { name: 'packet', ttlSeconds: KEY_RECORD_TTL_SECONDS, nowMs };
  return publications.reduce<readonly DnsRecord[]>(
    (before, publication) => applyChange(before, packetChangeOf(publication, rules)),
    records,
  );
}

/**
 * Signs on the machine with the secret what a request asks for. It needs no network, keeps nothing, and shows the secret to
 * nobody: the signer signs the records, and the packet of the request with those records in it.
 *
 * Look at the request before: whoever carried it may have changed it. It says for which device which key is to be current.
 *
 * @param signer Asked twice for each record, and once for the packet.
 * @throws DISCOVERY_COLD_OTHER_IDENTITY, DISCOVERY_COLD_KEY_MISSING, DISCOVERY_KEY_MISDERIVED, DISCOVERY_CLOCK_BEHIND,
 * DISCOVERY_BAD_SIGNATURE and DISCOVERY_BAD_MESSAGE for a packet that is none, DISCOVERY_NEWER_PUBLISHED,
 * DISCOVERY_PACKET_TOO_LARGE, DISCOVERY_WEAK_KEY, and what the signer throws.
 * @throws RangeError for a lifetime that is none.
 * @see P8 §4.4, docs/key-lifecycle.md
 *
 * @example
 * ```ts
 * import { coldBundleCodec, coldRequestCodec, prepareOffline } from '@pubky-paykit/pkarr-discovery';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const signer: IdentitySigner;
 * declare const requestFile: Uint8Array;
 * const bundle = await prepareOffline(coldRequestCodec.decode(requestFile), signer);
 * const file = coldBundleCodec.encode(bundle);
 * ```
 */
export async function prepareOffline(
  request: ColdRequest,
  signer: IdentitySigner,
  options: PrepareOptions = {},
): Promise<ColdBundle> {
  const { derive, lifetimeMs = COLD_LIFETIME_MS, clock = systemClock } = options;
  if (!(lifetimeMs > 0 && lifetimeMs <= MAX_KEY_AGE_SECONDS * 1_000)) {
    throw new RangeError(`a bundle cannot be published for ${lifetimeMs} ms`);
  }
  const identity = identityOf(signer);
  if (!equalBytes(identity, request.identity)) throw new DiscoveryError('DISCOVERY_COLD_OTHER_IDENTITY');
  const { device, action, revision, statements, stampedSeconds } = request;
  const snapshot = request.packet && parseSignedPacket(identity, request.packet);
  // A clock that is behind the machine with the network would sign keys that peers take for old.
  const requestedSeconds = BigInt(Math.floor(request.createdMs / 1_000));
  statingTime(statements, requestedSeconds, clock);
  const { nowMs, timestampSeconds } = statingTime(statements, stampedSeconds, clock);
  // Nor is anything else to be too old as soon as it is carried back.
  const createdMs = Math.max(nowMs, request.createdMs);
  const newKey = await newKeyIn(statements, derive);
  const publications = await signStatements(
    signer,
    statements.map((asked) => statementOf(asked, newKey, timestampSeconds)),
  );
  const packet = snapshot && (await packetWith(snapshot, publications, signer, clock, createdMs));
  return {
    identity,
    device,
    action,
    createdMs,
    expiresMs: Math.min(createdMs + Math.floor(lifetimeMs), Number.MAX_SAFE_INTEGER),
    revision,
    publications,
    newKey,
    packet: packet && signedPacketPayload(packet),
    replaces: snapshot?.timestamp,
  };
}

function packetWith(
  snapshot: SignedPacket,
  publications: readonly Publication[],
  signer: IdentitySigner,
  clock: Clock,
  nowMs: number,
): Promise<SignedPacket> {
  const records = recordsWith(snapshot.records, publications, nowMs);
  return signPacket(signer, records, nextTimestamp(snapshot, clock));
}
