import { type CodedErrorFields, isCodedError } from '@pubky-paykit/primitives';
import { SessionStoreError } from '../errors.ts';

/** An entry that is there and cannot be read. */
export interface UnreadableEntry {
  readonly key: string;
  /** What reading it comes to. */
  readonly error: CodedErrorFields;
}

/** What a list has passed over so far: the first of it, and how many, however many there are. */
export class PassedOver {
  #key: string | undefined;
  #count = 0;
  #cause: unknown;

  /** @param count Of how many it is the first. */
  add({ key, error }: UnreadableEntry, count = 1): void {
    if (this.#key === undefined || key < this.#key) {
      this.#key = key;
      this.#cause = error;
    }
    this.#count += count;
  }

  /** Takes over what another list says at its end. @returns False for any other error. */
  addListed(error: unknown): boolean {
    if (!isIncomplete(error)) return false;
    const { key, count } = error.context;
    this.add({ key, error }, count);
    return true;
  }

  /** For whoever has left, or was told of something worse. */
  clear(): void {
    this.#key = undefined;
    this.#cause = undefined;
    this.#count = 0;
  }

  /** At the end, and once. @throws STORE_LIST_INCOMPLETE if anything was passed over. */
  tell(): void {
    const [key, count, cause] = [this.#key, this.#count, this.#cause];
    this.clear();
    if (key !== undefined) throw new SessionStoreError('STORE_LIST_INCOMPLETE', { key, count }, { cause });
  }
}

type Incomplete = Extract<SessionStoreError, { readonly code: 'STORE_LIST_INCOMPLETE' }>;

function isIncomplete(error: unknown): error is Incomplete {
  return isCodedError(error) && error.code === 'STORE_LIST_INCOMPLETE';
}
