import { hex, zBase32 } from 'pubky-paykit';

/** Enough of a key or session id to tell two apart; whole ones fill the line. */
const SHOWN_CHARACTERS = 12;

/** The beginning of an id, as the demo shows it. */
export function shortId(id: string): string {
  return `${id.slice(0, SHOWN_CHARACTERS)}…`;
}

/** An identity (32 bytes) as people know it, shortened. */
export function shortIdentity(identity: Uint8Array): string {
  return shortId(zBase32.encode(identity));
}

/** A Noise key or session id in hex, shortened. */
export function shortHex(bytes: Uint8Array): string {
  return shortId(hex.encode(bytes));
}
