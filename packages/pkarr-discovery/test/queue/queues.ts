import { DiscoveryError } from '../../src/errors.ts';
import type { Publication, PublicationTarget } from '../../src/publications/publication.ts';
import { createPublicationQueue, type PublicationQueueOptions } from '../../src/queue/publication-queue.ts';
import type { QueueEvent } from '../../src/queue/queue-events.ts';
import { SIGNER } from '../lifecycle/household.ts';
import type { World } from '../lifecycle/world.ts';

/** What a target says that will never take it. */
export const refused = () => new DiscoveryError('DISCOVERY_NO_PACKET');

/** A target of which a test decides what it answers. */
export function scripted(name: string, answers: (Error | undefined)[] = []) {
  const got: Publication[] = [];
  const calls: Publication[] = [];
  const target: PublicationTarget = {
    name,
    async publish(publication) {
      calls.push(publication);
      const error = answers.shift();
      if (error !== undefined) throw error;
      got.push(publication);
    },
  };
  return { target, got, calls, answers };
}

/** The queue of a process, with the targets of the world unless told otherwise. */
export function queueOn(world: World, options: Partial<PublicationQueueOptions> = {}) {
  const events: QueueEvent[] = [];
  const { clock, random } = world;
  const { openRecords, targets } = world.live();
  const queue = createPublicationQueue({
    identity: SIGNER.publicKey,
    openRecords,
    targets,
    clock,
    random,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { queue, events };
}

export const kindsOf = (events: readonly QueueEvent[]) => events.map(({ kind }) => kind);
