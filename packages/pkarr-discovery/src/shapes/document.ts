import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import type { Json, Shape } from './shape.ts';

/** A kind of JSON document that is kept in a store, or carried between machines as a file. */
export interface DocumentKind<Value> {
  /** For errors: `key ledger`. */
  readonly what: string;
  /** The value of the first member, `format`. */
  readonly format: string;
  /** The value of the second member, `version`: what is written, and all that is read. */
  readonly version: number;
  /** Inclusive. */
  readonly maximumBytes: number;
  /** Of all other members. No text in it may hold white space, quotation marks or backslashes. */
  readonly shape: Shape<Value>;
  /** Whether people look at it, so that it gets lines and indentation. */
  readonly forPeople?: boolean;
}

/** Writes and reads one kind of document. */
export interface DocumentCodec<Value> {
  /** @throws TypeError for a value that is longer than documents of this kind may be. */
  encode(value: Value): Uint8Array;
  /**
   * Accepts what `encode` writes, whatever white space stands between its tokens, and nothing else: no other member, order,
   * spelling or duplicate.
   *
   * @throws DISCOVERY_DOCUMENT_MALFORMED, DISCOVERY_DOCUMENT_NEWER
   */
  decode(bytes: Uint8Array): Value;
}

const INDENTATION = 2;
const WHITE_SPACE = /[\t\n\r ]+/g;

/** Writes and reads documents of one kind. */
export function documentCodec<Value>(kind: DocumentKind<Value>): DocumentCodec<Value> {
  const { what, format, version, maximumBytes, shape, forPeople = false } = kind;
  const written = (value: Value): Json => ({ format, version, ...(shape.write(value) as object) });
  const malformed = () => new DiscoveryError('DISCOVERY_DOCUMENT_MALFORMED', { what });

  return {
    encode(value) {
      const json = written(value);
      const text = forPeople ? `${JSON.stringify(json, undefined, INDENTATION)}\n` : JSON.stringify(json);
      const bytes = encodeUtf8(text);
      if (bytes.length > maximumBytes)
        throw new TypeError(`the ${what} is longer than ${maximumBytes} bytes`);
      return bytes;
    },
    decode(bytes) {
      if (bytes.length > maximumBytes) throw malformed();
      let found: unknown;
      try {
        const text = decodeUtf8(bytes);
        const json: unknown = JSON.parse(text);
        found = versionOf(json, format);
        if (found === version) {
          const value = shape.read(json);
          if (JSON.stringify(written(value)) === text.replace(WHITE_SPACE, '')) return value;
        }
      } catch {
        // Whatever was thrown may quote the text.
        throw malformed();
      }
      if (typeof found !== 'number' || !(found > version)) throw malformed();
      throw new DiscoveryError('DISCOVERY_DOCUMENT_NEWER', { what, found, supported: version });
    },
  };
}

/** What a document of this format says is its version. */
function versionOf(json: unknown, format: string): unknown {
  if (typeof json !== 'object' || json === null) return undefined;
  const head = json as { readonly format?: unknown; readonly version?: unknown };
  return head.format === format && Number.isSafeInteger(head.version) ? head.version : undefined;
}
