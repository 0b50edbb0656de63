import {
  type CodedErrorFields,
  isCodedError,
  type Logger,
  type RandomSource,
  silentLogger,
  systemRandom,
} from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { linkedSignal } from '../linked-signal.ts';
import { pullIterator } from '../pull-iterator.ts';
import { CALL_TIMEOUT_MS } from '../storage/exchange.ts';
import type { StorageParts } from '../storage/files.ts';
import { checkedKey, checkedLimit } from '../storage/keys.ts';
import { isStoragePath, parseStoragePath } from '../wire/storage-path.ts';
import { createBackoff } from './backoff.ts';
import type { StorageChange, WatchOptions } from './changes.ts';
import { type EventStream, latestPosition, openEventStream, type Position } from './event-source.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';
import { readState } from './state.ts';
import { wait } from './wait.ts';

const MINIMUM_INTERVAL_MS = 500;
const MAXIMUM_INTERVAL_MS = 5000;
const MAXIMUM_FILES = 1000;
const MAXIMUM_FILES_LIMIT = 100_000;
const INTERVAL_LIMIT_MS = 86_400_000;

/** What a watch needs besides a connection. */
export interface WatchParts extends StorageParts {
  readonly random?: RandomSource | undefined;
  readonly logger?: Logger | undefined;
}

function checkedOptions(options: WatchOptions) {
  const minimumMs = options.minimumIntervalMs ?? MINIMUM_INTERVAL_MS;
  const maximumMs = options.maximumIntervalMs ?? Math.max(MAXIMUM_INTERVAL_MS, minimumMs);
  return {
    minimumMs: checkedLimit(minimumMs, 'minimumIntervalMs', 1, INTERVAL_LIMIT_MS),
    maximumMs: checkedLimit(maximumMs, 'maximumIntervalMs', minimumMs, INTERVAL_LIMIT_MS),
    maximumFiles: checkedLimit(options.maximumFiles ?? MAXIMUM_FILES, 'maximumFiles', 1, MAXIMUM_FILES_LIMIT),
  };
}

/** A failure that passes by itself, as far as a watch is concerned. */
function isPassing(error: unknown): error is CodedErrorFields {
  return isCodedError(error) && error.retryable;
}

/** How long the server wants to be left alone. */
function retryAfterMs(error: unknown): number {
  const limited = error instanceof HomeserverError && error.code === 'HOMESERVER_RATE_LIMITED';
  return limited ? (error.context.retryAfterMs ?? 0) : 0;
}

/**
 * `watch` of the port. Its memory is what it has seen last, and every change is told from there: by events while a stream
 * lasts, by reading everything anew whenever one begins, ends or is missing. So nothing falls between the two, at the price
 * that a change may be told twice; several changes of one file between two looks are told as one.
 */
export function watchStorage(
  parts: WatchParts,
  owner: Uint8Array,
  path: string,
  options: WatchOptions = {},
): AsyncIterableIterator<StorageChange> {
  const key = checkedKey(owner, 'owner');
  parseStoragePath(path);
  const { minimumMs, maximumMs, maximumFiles } = checkedOptions(options);
  const { random = systemRandom, logger = silentLogger, clock } = parts;
  const { signal, abort } = linkedSignal(options.signal);
  const call = { signal, timeoutMs: options.timeoutMs ?? CALL_TIMEOUT_MS };
  const backoff = createBackoff(minimumMs, maximumMs, random);
  const isWatched = (each: string): boolean =>
    isStoragePath(each, 'file') && (path.endsWith('/') ? each.startsWith(path) : each === path);

  let snapshot: Snapshot | undefined;
  let stream: EventStream | undefined;
  let hasEvents = options.events ?? true;
  let position: Position;
  let located = false;

  /** Opens the stream where the last one ended, or where the events stand now. */
  const open = async (): Promise<void> => {
    if (!located) {
      const latest = await latestPosition(parts, key, call);
      located = true;
      position = latest?.position;
      if (latest === undefined) hasEvents = false;
    }
    if (hasEvents) stream = await openEventStream(parts, key, path, position, call);
    if (stream === undefined) hasEvents = false;
  };
  const tryOpen = async (): Promise<void> => {
    try {
      await open();
    } catch (error) {
      if (!isPassing(error)) hasEvents = false;
      if (isCodedError(error)) logger.debug('polling without an event stream', { code: error.code });
    }
  };
  /** Everything anew. A stream is opened before, so that it has whatever happens meanwhile. */
  const look = async (): Promise<readonly StorageChange[]> => {
    if (hasEvents) await tryOpen();
    const state = await readState(parts, key, path, maximumFiles, call);
    snapshot ??= createSnapshot(options.present ? new Map() : state, maximumFiles);
    return snapshot.compare(state);
  };
  const listen = async (from: EventStream): Promise<readonly StorageChange[]> => {
    const events = await from.next(call);
    if (events === undefined) stream = undefined;
    return (events ?? []).flatMap((event) => {
      position = event.cursor;
      return isWatched(event.path) ? (snapshot?.apply(event) ?? []) : [];
    });
  };
  const poll = async (): Promise<readonly StorageChange[]> => {
    let waitMs = snapshot === undefined ? 0 : backoff.next();
    for (;;) {
      if (waitMs > 0 && !(await wait(clock, waitMs, signal))) return [];
      try {
        return await look();
      } catch (error) {
        stream?.close();
        stream = undefined;
        if (signal.aborted || !isPassing(error)) throw error;
        logger.warn('the watch cannot read its homeserver', { code: error.code });
        waitMs = Math.max(backoff.next(), retryAfterMs(error));
      }
    }
  };
  return pullIterator(
    async () => {
      try {
        while (!signal.aborted) {
          const changes = stream === undefined ? await poll() : await listen(stream);
          if (changes.length === 0) continue;
          backoff.reset();
          return changes;
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      return undefined;
    },
    () => {
      abort();
      stream?.close();
    },
  );
}
