/** A date of HTTP in its one current form. RFC 9110 §5.6.7 */
const IMF_FIXDATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

const SECOND_MS = 1_000;

/** @param timeMs Unix time in milliseconds; whole seconds of it remain. */
export function formatHttpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}

/** Unix time in milliseconds; undefined for anything but a valid date, which RFC 9110 says to ignore. */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined || !IMF_FIXDATE.test(text)) return undefined;
  const timeMs = Date.parse(text);
  // `Sun, 31 Feb` parses as a day of March, with another spelling.
  return formatHttpDate(timeMs) === text ? timeMs : undefined;
}

/** Whole seconds, in milliseconds: what a date of HTTP can say of a time. */
export function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / SECOND_MS) * SECOND_MS;
}
