import { hex, type IdentitySigner } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { signKeyBinding } from '../../src/records/binding-signature.ts';
import { formatKeyRecord, type KeyRecord } from '../../src/records/key-record.ts';
import { signKeyRecord } from '../../src/records/sign-key-record.ts';
import type { VerifiedKeyRecord, VerifiedRevocation } from '../../src/records/verified-key-record.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { numbered } from '../signers.ts';

/** N8 A.6: the identity of seed 01, its key of A.1, device and time. */
export const OWNER: IdentitySigner = numbered(1);
export const NOISE_KEY: Uint8Array = hex.decode(
  '04f4550e826c1bb852756675669a0013e9e7f788438c4a22ff3d42c7d2cef426',
);
export const DEVICE = 'phone1';
export const STAMPED = 1_733_356_800n;

/** A clock that shows so many seconds since 1970. */
export function clockAt(seconds: bigint): ManualClock {
  return new ManualClock(Number(seconds) * 1_000);
}

/** What may differ from the record of N8 A.6. */
export interface RecordChange {
  readonly signer?: IdentitySigner;
  readonly noiseKey?: Uint8Array;
  readonly device?: string;
  readonly timestampSeconds?: bigint;
  readonly revoked?: boolean;
  /** Without signed freshness, as 0.8 writes records. */
  readonly unsigned?: boolean;
  /** A revocation with the binding of 0.8 beside it, which we read and do not write. */
  readonly bound?: boolean;
}

/** A record its owner signed. */
export async function signedRecord(change: RecordChange = {}): Promise<KeyRecord> {
  const { signer = OWNER, noiseKey = NOISE_KEY, device = DEVICE, timestampSeconds = STAMPED } = change;
  const { revoked = false, unsigned = false, bound = false } = change;
  const signed = await signKeyRecord(signer, { noiseKey, device, timestampSeconds, revoked });
  if (!unsigned && !bound) return signed;
  const signature = await signKeyBinding(signer, { noiseKey, device });
  return unsigned ? { noiseKey, signature, timestampSeconds, revoked } : { ...signed, signature };
}

/** Its text. */
export async function recordText(change: RecordChange = {}): Promise<string> {
  return formatKeyRecord(await signedRecord(change));
}

/** The record, verified at the moment it says it is from. */
export async function verifiedRecord(
  change: RecordChange = {},
): Promise<VerifiedKeyRecord | VerifiedRevocation> {
  const { signer = OWNER, device = DEVICE, timestampSeconds = STAMPED } = change;
  const claim = { identity: signer.publicKey, device, record: await recordText(change) };
  return verifyKeyRecord(claim, { clock: clockAt(timestampSeconds) });
}

/** The record of a key that may be used, verified at the moment it says it is from. */
export async function verifiedKey(change: RecordChange = {}): Promise<VerifiedKeyRecord> {
  const record = await verifiedRecord(change);
  if (record.kind !== 'key') throw new Error('the key is revoked');
  return record;
}

/** The signed revocation of a key, verified at the moment it says it is from. */
export async function verifiedRevocation(change: RecordChange = {}): Promise<VerifiedRevocation> {
  const record = await verifiedRecord({ ...change, revoked: true });
  if (record.kind !== 'revocation') throw new Error('the key is not revoked');
  return record;
}
