/** Enough of a key or session id to tell two apart; whole ones fill the line. */
const SHOWN_CHARACTERS = 12;

/** The beginning of an id, as the demo shows it. */
export function shortId(id: string): string {
  return `${id.slice(0, SHOWN_CHARACTERS)}…`;
}
