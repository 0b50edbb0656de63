import { concatBytes } from '@pubky-paykit/primitives';
import { CLASS_INTERNET, DEFAULT_DEVICE, MAX_KEY_AGE_SECONDS, REVOCATION_KEEP_MS } from '../constants.ts';
import { type DnsRecord, recordClass } from '../dns/record.ts';
import { isFormerDevice } from '../lifecycle/former-device.ts';
import { keyRecordName } from '../records/device-id.ts';
import { ownName } from '../signed-packet/own-name.ts';
import { type SignedClaim, signedClaimIn } from './checking.ts';
import type { Publication } from './publication.ts';

/** Ranks of what is still good for something begin here; of the others they are the seconds since 1970 of the signature. */
const STILL_GOOD = 2 ** 40;

/**
 * Which records of a packet give way where a publication finds no room, and in which order: the smallest rank first. Only
 * records of former keys that the identity has signed, at the ids that nobody but a keeper uses, do:
 *
 * 1. what is good for nothing any more, for any publication: a key whose record is stale, and a revocation that is older than
 *    37 days, so that every record of its key is stale; the oldest first;
 * 2. keys that are not revoked, for a revocation or a current key: these matter more than that a key which was replaced is
 *    taken a while longer; the one that was signed longest ago first.
 *
 * Never the record of the homeserver, nor a record of a device that is current, nor a revocation that somebody may need.
 *
 * @param nowMs Unix milliseconds.
 */
export function givingWayTo(
  { kind, device, identity }: Publication,
  nowMs: number,
): (record: DnsRecord) => number | undefined {
  const [prefix, , owner] = ownName(identity, keyRecordName(DEFAULT_DEVICE)).split('.');
  const isUrgent = kind === 'revocation' || (kind === 'key' && !isFormerDevice(device));
  return (record) => {
    const [first, former = '', last, ...others] = record.name.split('.');
    const isThere = first === prefix && isFormerDevice(former) && last === owner && others.length === 0;
    if (!isThere || recordClass(record) !== CLASS_INTERNET || record.data.type !== 'TXT') return undefined;
    const claim = signedClaimIn(concatBytes(...record.data.strings), identity, former);
    if (claim === undefined) return undefined;
    const seconds = Number(claim.signedSeconds ?? 0n);
    if (isSpent(claim, nowMs)) return seconds;
    return isUrgent && !claim.record.revoked ? STILL_GOOD + Math.min(seconds, STILL_GOOD) : undefined;
  };
}

/**
 * Whether a publication is left out of a packet that has no room for it: the key of a former device, which gives way to others
 * where it stands already. Peers find the current key in the packet, and the former one in the file on the homeserver.
 */
export function mayStayOut({ kind, device }: Publication): boolean {
  return kind === 'key' && isFormerDevice(device);
}

/** Whether a record is too old for whoever reads it. What has no signed time never is: nobody knows how old it is. */
function isSpent({ record, signedSeconds }: SignedClaim, nowMs: number): boolean {
  if (signedSeconds === undefined) return false;
  const keptMs = record.revoked ? REVOCATION_KEEP_MS : MAX_KEY_AGE_SECONDS * 1_000;
  return nowMs - Number(signedSeconds) * 1_000 > keptMs;
}
