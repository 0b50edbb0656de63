/** With the `u` flag a surrogate pair is one character, so this matches lone surrogates only. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** True for text that UTF-8 can carry as it is. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}
