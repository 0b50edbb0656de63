import { MAX_COMMIT_BYTES, MAX_COMMIT_OPERATIONS, MAX_VALUE_BYTES } from '../constants.ts';
import { SessionStoreError } from '../errors.ts';
import type { CommitOptions, StoreExpectation, StoreOperation, StoreVersion } from './durable-store.ts';
import { requireKey } from './key.ts';

/** A commit that is within all bounds, copied. */
export interface PreparedCommit {
  readonly operations: readonly StoreOperation[];
  readonly expect: readonly StoreExpectation[];
  /** Of all keys and values. */
  readonly bytes: number;
}

function requireAtMost(what: string, size: number, maximum: number): void {
  if (size > maximum) throw new SessionStoreError('STORE_TOO_LARGE', { what, size, maximum });
}

/** @throws STORE_BAD_KEY, STORE_DUPLICATE_KEY */
function requireKeysOnce(items: readonly { readonly key: string }[]): void {
  const seen = new Set<string>();
  for (const { key } of items) {
    requireKey(key);
    if (seen.has(key)) throw new SessionStoreError('STORE_DUPLICATE_KEY', { key });
    seen.add(key);
  }
}

function sizeOf(operation: StoreOperation): number {
  if (operation.type === 'delete') return operation.key.length;
  // Held against a cast: a text would be stored as so many zeros.
  if (operation.type !== 'put' || !(operation.value instanceof Uint8Array)) {
    throw new TypeError('an operation is a put with bytes, or a delete');
  }
  requireAtMost('bytes of a value', operation.value.length, MAX_VALUE_BYTES);
  return operation.key.length + operation.value.length;
}

/** The value in a buffer of its own: a view of a Node Buffer would share what others write. */
function copied(operation: StoreOperation): StoreOperation {
  const { type, key } = operation;
  return type === 'put' ? { type, key, value: new Uint8Array(operation.value) } : { type, key };
}

/**
 * Checks a commit against every bound before anything of it is copied.
 *
 * @throws STORE_BAD_KEY, STORE_DUPLICATE_KEY, STORE_TOO_LARGE
 */
export function prepareCommit(
  operations: readonly StoreOperation[],
  expect: NonNullable<CommitOptions['expect']> = [],
): PreparedCommit {
  requireAtMost('operations', operations.length, MAX_COMMIT_OPERATIONS);
  requireAtMost('expectations', expect.length, MAX_COMMIT_OPERATIONS);
  requireKeysOnce(operations);
  requireKeysOnce(expect);
  const bytes = operations.reduce((sum, operation) => sum + sizeOf(operation), 0);
  requireAtMost('bytes', bytes, MAX_COMMIT_BYTES);
  return {
    operations: operations.map(copied),
    expect: expect.map(({ key, version }) => ({ key, version })),
    bytes,
  };
}

const NOTHING = 'nothing';

/**
 * Holds what a commit expects against what there is.
 *
 * @throws STORE_CONFLICT for the first expectation that does not hold.
 */
export function requireExpected(
  expect: readonly StoreExpectation[],
  versionOf: (key: string) => StoreVersion | undefined,
): void {
  for (const { key, version } of expect) {
    const found = versionOf(key);
    if (found !== version) {
      throw new SessionStoreError('STORE_CONFLICT', {
        key,
        expected: version ?? NOTHING,
        found: found ?? NOTHING,
      });
    }
  }
}
