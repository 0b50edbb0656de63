import { type CancelSignal, type Clock, isCodedError, systemClock } from '@pubky-paykit/primitives';
import { PUBLICATION_TIMEOUT_MS } from '../constants.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';
import { gather } from '../relays/gathering.ts';
import type {
  PartialTarget,
  Publication,
  PublicationReport,
  PublicationTarget,
  PublishCall,
} from './publication.ts';

/** How a publication goes to its targets. */
export interface PublishOptions {
  readonly signal?: CancelSignal | undefined;
  readonly clock?: Clock;
  /** Milliseconds for all targets together; 150 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Publishes to all targets at once. One that fails does not keep the others from publishing; the report says what came of
 * each, and which places of a target, such as relays, may still give what was there before.
 *
 * @param targets One at least, each with a name of its own.
 * @throws DISCOVERY_CANCELLED: then nobody knows which targets have published.
 * @throws TypeError without targets, or with two of one name.
 *
 * @example
 * ```ts
 * import { type Publication, type PublicationTarget, publishEverywhere } from '@pubky-paykit/pkarr-discovery';
 * declare const targets: readonly PublicationTarget[];
 * declare const publication: Publication;
 * const { published, failed } = await publishEverywhere(targets, publication);
 * ```
 */
export async function publishEverywhere(
  targets: readonly PublicationTarget[],
  publication: Publication,
  { signal, clock = systemClock, timeoutMs = PUBLICATION_TIMEOUT_MS }: PublishOptions = {},
): Promise<PublicationReport> {
  if (targets.length === 0 || new Set(targets.map(({ name }) => name)).size !== targets.length) {
    throw new TypeError('a publication needs one target at least, and no two of one name');
  }
  const partial = new Map<string, PartialTarget['failed']>();
  const outcomes = await gather({
    what: 'publishing a Noise key',
    asked: targets,
    ask: (target, ended) =>
      publishTo(target, publication, {
        signal: ended,
        onPartial: (failed) => partial.set(target.name, failed),
      }),
    enough: () => false,
    patienceMs: timeoutMs,
    timeoutMs,
    clock,
    signal,
  });
  const published = outcomes.flatMap(({ kind, relay }) => (kind === 'answered' ? [relay] : []));
  return {
    published,
    partial: published.flatMap((target) => {
      const failed = partial.get(target) ?? [];
      return failed.length === 0 ? [] : [{ target, failed }];
    }),
    failed: outcomes.flatMap((outcome) =>
      outcome.kind === 'failed' ? [{ target: outcome.relay, error: outcome.error }] : [],
    ),
  };
}

async function publishTo(
  target: PublicationTarget,
  publication: Publication,
  call: PublishCall,
): Promise<void> {
  try {
    await target.publish(publication, call);
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    const context = { target: target.name, reason: reasonOf(cause) };
    throw new DiscoveryError('DISCOVERY_TARGET_FAILED', context, { cause });
  }
}
