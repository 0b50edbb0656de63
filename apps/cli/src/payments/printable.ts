/** Characters of a text of a peer that are shown. */
const SHOWN_CHARACTERS = 200;

/** Text of a peer as it may stand on a terminal: nothing in it moves the cursor, and it is not endless. */
export function printable(text: string): string {
  // Control characters, format characters such as those that turn the direction of writing, and halves of characters.
  const shown = text.slice(0, SHOWN_CHARACTERS).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
  return text.length > SHOWN_CHARACTERS ? `${shown}…` : shown;
}
