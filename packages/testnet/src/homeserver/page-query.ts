import { LIST_DEFAULT_LIMIT, LIST_MAXIMUM_LIMIT } from '@pubky-paykit/homeserver/wire';
import { Refusal } from '../http/exchange.ts';

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  '': true,
  false: false,
  no: false,
  '0': false,
};

/** Whatever fits into 16 bits is a limit; anything else is taken for none. */
const LARGEST_LIMIT = 65_535;

function readBoolean(text: string | null): boolean {
  if (text === null) return false;
  const value = Object.hasOwn(BOOLEANS, text.toLowerCase()) ? BOOLEANS[text.toLowerCase()] : undefined;
  if (value === undefined) throw new Refusal(400, 'Invalid boolean parameter');
  return value;
}

function readLimit(text: string | null): number {
  const limit = /^\+?\d{1,5}$/.test(text ?? '') ? Number(text) : Number.NaN;
  return limit <= LARGEST_LIMIT ? Math.min(limit, LIST_MAXIMUM_LIMIT) : LIST_DEFAULT_LIMIT;
}

/** What the query of a page says, whatever is paged. */
export interface PageQuery {
  readonly limit: number;
  /** Without its scheme; undefined if missing or empty. */
  readonly cursor: string | undefined;
  readonly reverse: boolean;
  readonly shallow: boolean;
}

/**
 * Reads `limit`, `cursor`, `reverse` and `shallow` the way the official homeserver does.
 *
 * @throws Refusal 400 for a truth value that is none.
 */
export function readPageQuery(query: string): PageQuery {
  const values = new URLSearchParams(query);
  const cursor = (values.get('cursor') ?? '').replace(/^pubky:\/\//, '');
  return {
    limit: readLimit(values.get('limit')),
    cursor: cursor === '' ? undefined : cursor,
    reverse: readBoolean(values.get('reverse')),
    shallow: readBoolean(values.get('shallow')),
  };
}
