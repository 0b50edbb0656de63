const IN_CI = process.env['CI'] === 'true';
/** What `npm test` leaves to CI, where there is time. */
const SHARE = 4;

/** How many cases of a property or a fuzzer to run: all of them in CI, a quarter elsewhere. */
export function effort(cases: number): number {
  return IN_CI ? cases : Math.ceil(cases / SHARE);
}

/** Every item in CI, every fourth elsewhere. */
export function sampled<Item>(items: readonly Item[]): readonly Item[] {
  return IN_CI ? items : items.filter((_, index) => index % SHARE === 0);
}
