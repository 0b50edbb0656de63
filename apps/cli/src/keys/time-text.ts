/** Units of time, largest first, in milliseconds. */
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A duration in its largest unit: `3 days`. @param ms A natural number. */
export function durationText(ms: number): string {
  const [name, length] = UNITS.find(([, each]) => ms >= each) ?? ['second', 1_000];
  const count = Math.floor(ms / length);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** A date with what it is from now: `2026-11-28 19:00 UTC (in 3 days)`. @param atMs Unix milliseconds. */
export function dateText(atMs: number, nowMs: number): string {
  const date = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  const distance = Math.abs(atMs - nowMs);
  if (distance < 1_000) return `${date} UTC (now)`;
  return `${date} UTC (${atMs > nowMs ? `in ${durationText(distance)}` : `${durationText(distance)} ago`})`;
}
