import { HomeserverError } from '../errors.ts';

const KEY_BYTES = 32;

/**
 * A copy of a public key.
 *
 * @throws HOMESERVER_BAD_KEY unless it is 32 bytes.
 */
export function checkedKey(key: Uint8Array, what: string): Uint8Array {
  if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES) {
    throw new HomeserverError('HOMESERVER_BAD_KEY', { what, bytes: key?.length ?? 0 });
  }
  return Uint8Array.from(key);
}

/**
 * @param maximum Inclusive, as is `minimum`.
 * @throws HOMESERVER_BAD_LIMIT unless it is a whole number within.
 */
export function checkedLimit(value: number, what: string, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new HomeserverError('HOMESERVER_BAD_LIMIT', { what });
}
