import { type CancelSignal, type Clock, isCodedError } from '@pubky-paykit/primitives';
import { MAX_RECORDS_PER_DEVICE, SET_MARGIN_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';
import { gather } from '../relays/gathering.ts';
import type { IdentityRecords, KeyRecordSource, SourceCall } from '../sources/key-record-source.ts';
import type { FailedSource } from './discovery-result.ts';

/** A source with its look at one identity. */
export interface OpenSource extends Pick<KeyRecordSource, 'name' | 'timeoutMs'> {
  readonly records: IdentityRecords;
}

/** What all sources gave, or why they gave nothing, in the stated order. */
export interface SourceAnswers<Value> {
  readonly given: readonly { readonly source: string; readonly value: Value }[];
  readonly failed: readonly FailedSource[];
}

/** One question to all sources. */
export interface Question<Value> {
  /** Named in errors. */
  readonly what: string;
  readonly sources: readonly OpenSource[];
  readonly ask: (source: OpenSource, call: SourceCall) => Promise<Value>;
  /** Whether an answer is good enough to wait for the others no longer than `patienceMs`. */
  readonly enough: (value: Value) => boolean;
  readonly patienceMs: number;
  /** For all of it. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: CancelSignal | undefined;
}

/** Opens a look at an identity in each source, which lasts for one look-up. */
export function openSources(
  sources: readonly KeyRecordSource[],
  identity: Uint8Array,
): readonly OpenSource[] {
  return sources.map((source) => {
    const { name, timeoutMs } = source;
    return { name, timeoutMs, records: lookInto(source, identity) };
  });
}

/** A source that cannot even begin to look has failed at whatever it is asked. */
function lookInto(source: KeyRecordSource, identity: Uint8Array): IdentityRecords {
  try {
    return source.look(identity);
  } catch (error) {
    const fail = () => Promise.reject(error);
    return { read: fail, devices: fail };
  }
}

/**
 * Asks all sources at once, each under its own deadline, and collects what they give, in the stated order. Whatever a source
 * throws is its failure and nobody else's.
 *
 * @throws DISCOVERY_CANCELLED
 */
export async function askSources<Value>(question: Question<Value>): Promise<SourceAnswers<Value>> {
  const { what, sources, ask, clock, timeoutMs, ...rest } = question;
  // Deadlines of the sources are kept here, not by them; this one is for what they leave undone.
  const longestMs = Math.max(...sources.map((source) => source.timeoutMs)) + SET_MARGIN_MS;
  const outcomes = await gather({
    ...rest,
    what,
    clock,
    timeoutMs: Math.min(timeoutMs, longestMs),
    asked: sources,
    ask: (source, signal) => {
      const limits = { what: `${what} at ${source.name}`, clock, timeoutMs: source.timeoutMs, signal };
      return withDeadline(limits, ({ race }) =>
        race((ended) => ask(source, { signal: ended })).catch((error: unknown) => {
          throw codedFailure(source.name, error);
        }),
      );
    },
  });
  return {
    given: outcomes.flatMap((outcome) =>
      outcome.kind === 'answered' ? [{ source: outcome.relay, value: outcome.value }] : [],
    ),
    failed: outcomes.flatMap((outcome) =>
      outcome.kind === 'failed' ? [{ source: outcome.relay, error: outcome.error }] : [],
    ),
  };
}

function codedFailure(source: string, error: unknown): unknown {
  if (isCodedError(error)) return error;
  return new DiscoveryError('DISCOVERY_SOURCE_FAILED', { source, reason: reasonOf(error) }, { cause: error });
}

/** The records of a device. A source may be anybody's, and each record costs up to two verifications: too many are none. */
export async function readRecords(
  { name, records }: OpenSource,
  device: string,
  call: SourceCall,
): Promise<readonly Uint8Array[]> {
  const found = await records.read(device, call);
  if (found.length <= MAX_RECORDS_PER_DEVICE) return found;
  throw new DiscoveryError('DISCOVERY_TOO_MANY_RECORDS', {
    source: name,
    count: found.length,
    maximum: MAX_RECORDS_PER_DEVICE,
  });
}
