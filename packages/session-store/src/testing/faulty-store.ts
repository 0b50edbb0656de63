import { type Clock, systemClock } from '@pubky-paykit/primitives';
import { STORE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { SessionStoreError } from '../errors.ts';
import type { DurableStore, StoreCallOptions } from '../store/durable-store.ts';
import { Lifecycle } from '../store/lifecycle.ts';
import { mapIterator } from '../store/pages.ts';

/** A call of a faulty store. */
export interface StoreCall {
  /** From 0, over all calls. */
  readonly number: number;
  readonly method: 'get' | 'list' | 'commit';
  /** What it reads or writes; the prefix of a list. */
  readonly keys: readonly string[];
}

/** What a fault has to work with. */
interface FaultyCall {
  readonly what: string;
  readonly isCommit: boolean;
  /** The real call. */
  readonly work: () => Promise<unknown>;
  /** Never answers, unless the call's signal or time-out ends it. */
  readonly hang: (ended?: (because: string) => Error) => Promise<never>;
  /** The process is gone: nothing answers any more. */
  readonly die: () => Promise<never>;
}

const unknown = (because: string) => new SessionStoreError('STORE_OUTCOME_UNKNOWN', { because });
const failed = (what: string) =>
  new SessionStoreError('STORE_IO_FAILED', { what, reason: 'FAULT_OF_A_TEST' });

/** What can go wrong, and what happens then. */
const FAULTS = {
  /** It fails, and nothing was done. */
  fail: async ({ what }) => {
    throw failed(what);
  },
  /** It never answers, and nothing was done. */
  hang: ({ hang }) => hang(),
  /** It is done and never answers: ended by its signal or time-out, a commit has an unknown outcome. */
  'hang after': async ({ work, hang, isCommit }) => {
    await work();
    return hang(isCommit ? unknown : undefined);
  },
  /** It is not done, and a commit does not say so: its outcome is unknown. */
  'lose request': async ({ what, isCommit }) => {
    throw isCommit ? unknown('the request was lost') : failed(what);
  },
  /** It is done, and a commit does not say so: its outcome is unknown. */
  'lose answer': async ({ work, what, isCommit }) => {
    await work();
    throw isCommit ? unknown('the answer was lost') : failed(what);
  },
  /** The process dies just before. */
  'die before': ({ die }) => die(),
  /** The process dies just after. */
  'die after': async ({ work, die }) => {
    await work();
    return die();
  },
} as const satisfies Record<string, (call: FaultyCall) => Promise<unknown>>;

/** What can go wrong with a call. */
export type StoreFault = keyof typeof FAULTS;

/** A store of which a test decides what goes wrong. */
export interface FaultyStore extends DurableStore {
  /** Every call so far. */
  readonly calls: readonly StoreCall[];
  /** Resolves when the process "dies": from then on no call is answered, ever, and nothing more is done. */
  readonly died: Promise<void>;
}

/** What the time-outs of hanging calls are measured with. */
export interface FaultyStoreOptions {
  readonly clock?: Clock | undefined;
}

/**
 * A store that fails, hangs or dies where a test wants it to. To go on after a death, wrap the inner store again: what was
 * committed there is what the next process finds.
 *
 * @param store Borrowed; closing the faulty store leaves it open.
 * @param faultOf Asked for each call as it comes; `undefined` lets it pass. Of a list, the first page is at fault.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from '@pubky-paykit/session-store';
 * import { createFaultyStore } from '@pubky-paykit/session-store/testing';
 * const faulty = createFaultyStore(createMemoryStore(), ({ method }) =>
 *   method === 'commit' ? 'lose answer' : undefined,
 * );
 * await faulty.commit([{ type: 'delete', key: 'a' }]).catch(({ code }) => code); // STORE_OUTCOME_UNKNOWN
 * ```
 */
export function createFaultyStore(
  store: DurableStore,
  faultOf: (call: StoreCall) => StoreFault | undefined,
  { clock = systemClock }: FaultyStoreOptions = {},
): FaultyStore {
  const calls: StoreCall[] = [];
  const lifecycle = new Lifecycle();
  let isDead = false;
  let announce = (): void => {};
  const died = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const never = new Promise<never>(() => {});
  const die = (): Promise<never> => {
    isDead = true;
    announce();
    return never;
  };

  /** The dead say nothing, not even what went wrong. */
  const unlessDead = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isDead) return never;
    const [outcome] = await Promise.allSettled([lifecycle.run(work)]);
    if (isDead) return never;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };

  const run = <Result>(
    method: StoreCall['method'],
    keys: readonly string[],
    { signal, timeoutMs = STORE_TIMEOUT_MS }: StoreCallOptions,
    work: () => Promise<Result>,
  ): Promise<Result> =>
    unlessDead(async () => {
      const call: StoreCall = { number: calls.length, method, keys };
      calls.push(call);
      const fault = faultOf(call);
      if (fault === undefined) return work();
      const what = `a ${method} at fault`;
      const hang: FaultyCall['hang'] = (ended) =>
        withDeadline({ what, clock, timeoutMs, signal, ended }, ({ race }) => race(() => never));
      return FAULTS[fault]({ what, isCommit: method === 'commit', work, hang, die }) as Promise<Result>;
    });

  return {
    calls,
    died,
    get: (key, options = {}) => run('get', [key], options, () => store.get(key, options)),
    list(prefix, options = {}) {
      const entries = mapIterator(
        () => store.list(prefix, options),
        (entry) => entry,
      );
      let isFirst = true;
      return {
        ...entries,
        next() {
          if (!isFirst) return unlessDead(() => entries.next());
          isFirst = false;
          return run('list', [prefix], options, () => entries.next());
        },
      };
    },
    commit: (operations, options = {}) =>
      run(
        'commit',
        operations.map(({ key }) => key),
        options,
        () => store.commit(operations, options),
      ),
    close: async () => (isDead ? never : lifecycle.close(async () => {})),
  };
}
