/** What it takes to make a key of a passphrase (RFC 7914 §2). */
export interface ScryptCost {
  /** N: a power of two. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/**
 * For new homes: 128 MiB, and 0.7 to 1.4 s on one core of a small server (noble 2.4, Node 20). Twice as much would make
 * people wait longer for the passphrase than for the payment.
 */
export const HOME_KEY_COST: ScryptCost = { n: 2 ** 17, r: 8, p: 1 };

const SMALLEST_N = 2 ** 10;
const LARGEST_N = 2 ** 20;
const LARGEST_R = 16;
const LARGEST_P = 4;
/** 128 · N · r bytes are taken (RFC 7914 §5): 1 GiB, inclusive. */
const LARGEST_MEMORY = 2 ** 30;

/** Whether a file may ask for that much: whoever can write one must not be able to occupy the machine. */
export function isBearable({ n, r, p }: ScryptCost): boolean {
  return (
    [n, r, p].every(Number.isSafeInteger) &&
    n >= SMALLEST_N &&
    n <= LARGEST_N &&
    Number.isInteger(Math.log2(n)) &&
    r >= 1 &&
    r <= LARGEST_R &&
    p >= 1 &&
    p <= LARGEST_P &&
    128 * n * r <= LARGEST_MEMORY
  );
}
