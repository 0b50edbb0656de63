import { blake3 } from '@noble/hashes/blake3.js';
import { base64 } from '@pubky-paykit/primitives';

/** The etag of a content, without quotes: base 64 of its BLAKE3 hash (official server 0.6). Borrows its input. */
export function contentEtag(content: Uint8Array): string {
  return base64.encode(blake3(content));
}

/** An etag as it stands in a header. */
export function formatEtag(etag: string): string {
  return `"${etag}"`;
}

/**
 * The etag of a header without its quotes. One that is marked weak keeps its mark, so that it never equals a strong one.
 *
 * @returns `undefined` for a missing or malformed header: there is nothing to compare then.
 */
export function parseEtag(header: string | null | undefined): string | undefined {
  const [, weak, etag] = /^\s*(W\/)?"([\x21\x23-\x7e]{1,256})"\s*$/.exec(header ?? '') ?? [];
  return etag === undefined ? undefined : `${weak ?? ''}${etag}`;
}
