/**
 * An iterator that fetches when it is asked and has nothing left: one batch in memory, never more. Plain objects, no async
 * generator, which Hermes has not. Calls of `next` that overlap are answered one after the other.
 *
 * @param refill The next batch, which may be empty; `undefined` at the end.
 * @param onEnd Called once, when it has ended, failed or is left early: lets go of whatever is held.
 */
export function pullIterator<Item>(
  refill: () => Promise<readonly Item[] | undefined>,
  onEnd: () => void = () => {},
): AsyncIterableIterator<Item> {
  let batch: readonly Item[] = [];
  let taken = 0;
  let ended = false;
  let turn: Promise<unknown> = Promise.resolve();

  const end = (): void => {
    if (ended) return;
    ended = true;
    batch = [];
    onEnd();
  };
  const pull = async (): Promise<IteratorResult<Item, undefined>> => {
    try {
      while (!ended && taken >= batch.length) {
        const refilled = await refill();
        if (refilled === undefined) end();
        else [batch, taken] = [refilled, 0];
      }
    } catch (error) {
      end();
      throw error;
    }
    if (ended) return { done: true, value: undefined };
    return { done: false, value: batch[taken++] as Item };
  };
  return {
    next() {
      const result = turn.then(pull);
      turn = result.catch(() => {});
      return result;
    },
    return() {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
