import type { IdentitySigner } from '@pubky-paykit/primitives';
import { hex } from '@pubky-paykit/primitives';
import { formerDevice } from '../../src/lifecycle/former-device.ts';
import type { KeeperEvent } from '../../src/lifecycle/keeper-events.ts';
import { createKeyKeeper, type KeyKeeperOptions } from '../../src/lifecycle/key-keeper.ts';
import type { KeyLedger } from '../../src/lifecycle/key-ledger.ts';
import { openKeyLedgers } from '../../src/lifecycle/ledger-codec.ts';
import { ledgerKey } from '../../src/lifecycle/ledger-desk.ts';
import { createPublicationQueue, type PublicationQueueOptions } from '../../src/queue/publication-queue.ts';
import type { QueueEvent } from '../../src/queue/queue-events.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { numbered } from '../signers.ts';
import { recordsOn } from '../stores.ts';
import { derive, keyOf, type Life, type World } from './world.ts';

export const SIGNER: IdentitySigner = numbered(1);

/** The keeper and the queue of one process. */
export function household(
  world: World,
  life: Life = world.live(),
  options: Partial<KeyKeeperOptions> = {},
  queueOptions: Partial<PublicationQueueOptions> = {},
) {
  const { clock, random } = world;
  const { openRecords, targets } = life;
  const events: KeeperEvent[] = [];
  const queueEvents: QueueEvent[] = [];
  const queue = createPublicationQueue({
    identity: SIGNER.publicKey,
    openRecords,
    targets,
    clock,
    random,
    onEvent: (event) => queueEvents.push(event),
    ...queueOptions,
  });
  const keeper = createKeyKeeper({
    openRecords,
    signer: SIGNER,
    derive,
    queue,
    clock,
    random,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { queue, keeper, events, queueEvents };
}

/** What a reader of a target, who knows nothing, makes of a device. */
export function read(world: World, device: string, target = 'homeserver'): string {
  const found = world.target(target).records.get(device);
  if (found?.record === undefined) return 'absent';
  const claim = { identity: SIGNER.publicKey, device, record: found.record };
  const record = verifyKeyRecord(claim, { clock: world.clock });
  return record.kind === 'key' ? hex.encode(record.noiseKey) : `revoked ${hex.encode(record.revokedKey)}`;
}

/** What {@link read} finds of the key of a context. */
export function shown(context: string): string {
  return hex.encode(keyOf(context));
}

/** Where the key of a context stands after it was replaced. */
export function formerOf(context: string): string {
  return formerDevice('default', keyOf(context));
}

/** The ledger that survives. */
export async function ledgerOf(world: World): Promise<KeyLedger | undefined> {
  const ledgers = openKeyLedgers(recordsOn(world.store, world.clock));
  return (await ledgers.get(ledgerKey(SIGNER.publicKey, 'default')))?.value;
}
