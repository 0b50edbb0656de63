import type { Publication, RecordPublication } from '../../src/publications/publication.ts';
import { allEnqueued } from '../../src/queue/enqueuing.ts';
import type { QueueState } from '../../src/queue/queue-state.ts';
import { formatKeyRecord } from '../../src/records/key-record.ts';
import { signKeyRecord } from '../../src/records/sign-key-record.ts';
import { filled } from '../bytes.ts';
import { SIGNER } from '../lifecycle/household.ts';
import { START_MS } from '../lifecycle/world.ts';

export const START_SECONDS = BigInt(START_MS / 1_000);

/** What may differ from the record of `default` that is signed at the start. */
export interface RecordChange {
  readonly device?: string;
  /** 32 times this. */
  readonly key?: number;
  /** Seconds after the start. */
  readonly after?: number;
}

async function signed(kind: 'key' | 'revocation', change: RecordChange): Promise<RecordPublication> {
  const { device = 'default', key = 1, after = 0 } = change;
  const timestampSeconds = START_SECONDS + BigInt(after);
  const claim = { noiseKey: filled(key), device, timestampSeconds, revoked: kind === 'revocation' };
  const record = formatKeyRecord(await signKeyRecord(SIGNER, claim));
  return { identity: SIGNER.publicKey, device, kind, record };
}

/** A key that its owner signed. */
export const keyPublication = (change: RecordChange = {}) => signed('key', change);

/** A revocation that its owner signed. */
export const revocation = (change: RecordChange = {}) => signed('revocation', change);

/** A device that shall have no record. */
export function retirement(device = 'default'): Publication {
  return { identity: SIGNER.publicKey, device, kind: 'retirement' };
}

/** One publication is queued for these targets. */
export function enqueued(
  state: QueueState,
  publication: Publication,
  targets: readonly string[],
  nowMs: number,
): QueueState {
  return allEnqueued(state, [publication], () => targets, nowMs);
}
