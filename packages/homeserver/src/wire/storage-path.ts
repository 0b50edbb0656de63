import { encodeUtf8 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { PathFault } from './wire-errors.ts';

/** A path that has been checked, in the two forms it is needed in. */
export interface StoragePath {
  /** As people write it and servers store it: not percent-encoded, UTF-8, starts with `/pub/`. */
  readonly text: string;
  /** As it stands in a URL: every byte percent-encoded but letters, digits, `-`, `_`, `.`, `~` and the slashes. */
  readonly encoded: string;
  /** Ends with a slash. */
  readonly isDirectory: boolean;
}

/** Whether a path must end with a slash (directory), must not (file), or may. */
export type PathKind = 'file' | 'directory' | 'any';

/** Longest path, in bytes of UTF-8 (inclusive); the limit of the official server. */
export const PATH_MAXIMUM_BYTES = 4096;
/** Longest segment, in bytes of UTF-8 (inclusive); the limit of the official server. */
export const SEGMENT_MAXIMUM_BYTES = 255;

const ROOT = '/pub/';
// Refused even though they would be encoded once more: whoever decodes twice must not find a path in them.
const DANGEROUS_ESCAPE = /%(?:2e|2f|5c|[01][0-9a-f]|7f)/iu;

// With the flag `u`, halves of a pair are no surrogates.
const LONE_SURROGATE = /[\ud800-\udfff]/u;

const bytesOf = (text: string): number => encodeUtf8(text).length;

/** Controls of ASCII and Latin 1. By code, as a pattern would need Unicode classes, which not every engine has. */
function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** The faults of a text, in the order in which they are looked for: cheap ones first, so that long texts cost nothing. */
const FAULTS: readonly (readonly [PathFault, (path: string, segments: readonly string[]) => boolean])[] = [
  ['relative', (path) => !path.startsWith('/')],
  ['lone-surrogate', (path) => LONE_SURROGATE.test(path)],
  ['control-character', hasControlCharacter],
  // A separator on some systems, and in URLs that are parsed by the rules of browsers.
  ['backslash', (path) => path.includes('\\')],
  ['escape', (path) => DANGEROUS_ESCAPE.test(path)],
  ['empty-segment', (_, segments) => segments.includes('')],
  // Not at its end: the official server takes that for a directory. Nor at its start: `..?` climbs where it is not encoded.
  ['dot-segment', (_, segments) => segments.some((each) => each === '.' || /^\.\.|\.\.$/.test(each))],
  ['not-public', (path) => !path.startsWith(ROOT)],
  ['segment-too-long', (_, segments) => segments.some((each) => bytesOf(each) > SEGMENT_MAXIMUM_BYTES)],
  ['too-long', (path) => bytesOf(path) > PATH_MAXIMUM_BYTES],
];

/** The names between the slashes; the slash at the end of a directory starts no further one. */
function segmentsOf(path: string): readonly string[] {
  return (path.endsWith('/') ? path.slice(0, -1) : path).split('/').slice(1);
}

function faultOf(path: unknown, kind: PathKind): PathFault | undefined {
  if (typeof path !== 'string') return 'not-text';
  // No character takes less than a byte.
  if (path.length > PATH_MAXIMUM_BYTES) return 'too-long';
  const segments = segmentsOf(path);
  const fault = FAULTS.find(([, holds]) => holds(path, segments))?.[0];
  if (fault !== undefined) return fault;
  if (kind === 'file' && path.endsWith('/')) return 'is-directory';
  if (kind === 'directory' && !path.endsWith('/')) return 'is-file';
  return undefined;
}

/** `encodeURIComponent` leaves five characters that RFC 3986 reserves. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Checks the plain text of a path and encodes it. What passes stays below `/pub/` whoever normalises or decodes it, and comes
 * back from {@link decodeStoragePath} as it was.
 *
 * @param path Not percent-encoded, at most 4 096 bytes of UTF-8 in segments of 1 to 255.
 * @param kind Whether it must end with a slash; `any` if left out.
 * @throws HOMESERVER_BAD_PATH
 *
 * @example
 * ```ts
 * import { parseStoragePath } from '@pubky-paykit/homeserver/wire';
 * parseStoragePath('/pub/app/My notes').encoded; // '/pub/app/My%20notes'
 * ```
 */
export function parseStoragePath(path: string, kind: PathKind = 'any'): StoragePath {
  const fault = faultOf(path, kind);
  if (fault !== undefined) throw new HomeserverError('HOMESERVER_BAD_PATH', { fault });
  return {
    text: path,
    encoded: path.split('/').map(encodeSegment).join('/'),
    isDirectory: path.endsWith('/'),
  };
}

/** Whether {@link parseStoragePath} takes this path. */
export function isStoragePath(path: string, kind: PathKind = 'any'): boolean {
  return faultOf(path, kind) === undefined;
}

/**
 * Decodes the path of a URL once and checks the result, for servers. Spellings with more or fewer escapes than ours are
 * understood; a slash that arrives as `%2F` is refused, as it would make another path.
 *
 * @param encoded Without query and fragment.
 * @throws HOMESERVER_BAD_PATH
 */
export function decodeStoragePath(encoded: string, kind: PathKind = 'any'): StoragePath {
  // Three characters of escape are at least one byte.
  if (encoded.length > 3 * PATH_MAXIMUM_BYTES) {
    throw new HomeserverError('HOMESERVER_BAD_PATH', { fault: 'too-long' });
  }
  let text: string | undefined;
  if (!/%2f/i.test(encoded)) {
    try {
      text = decodeURIComponent(encoded);
    } catch {
      // Dropped on purpose: it is nothing but "malformed".
    }
  }
  if (text === undefined) throw new HomeserverError('HOMESERVER_BAD_PATH', { fault: 'escape' });
  return parseStoragePath(text, kind);
}
