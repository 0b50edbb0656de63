/** What may stand in a code: nothing that a terminal or a log would act on. */
const NOT_CODE = /[^A-Za-z0-9_.:-]/g;
/** Controls, line and paragraph separators, and the characters that reorder or hide text. */
const NOT_SHOWN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A peer's code made safe for logs and errors: at most `maxChars` characters, odd ones replaced by `?`. */
export function shownCode(code: string, maxChars: number): string {
  return code.slice(0, maxChars).replace(NOT_CODE, '?');
}

/** A peer's text made safe for logs and errors: one line, at most `maxChars` characters, cut between characters. */
export function shownText(text: string, maxChars: number): string {
  // The slice bounds the work; a character has at most two code units.
  return Array.from(text.slice(0, 2 * maxChars).replace(NOT_SHOWN, ' '))
    .slice(0, maxChars)
    .join('');
}
