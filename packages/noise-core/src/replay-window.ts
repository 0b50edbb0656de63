import { REPLAY_WINDOW_MESSAGES } from './constants.ts';

const BITS_PER_WORD = 32;
/** One word more than the window, so that the word being entered can be cleared without losing the oldest bits. */
const WORDS = REPLAY_WINDOW_MESSAGES / BITS_PER_WORD + 1;

/**
 * Remembers which of the last 1 024 nonces were accepted: a ring of bits, as in RFC 6479.
 *
 * Ask `isFresh` before verifying a message and tell `accept` after: a forged message must not move the window.
 */
export class ReplayWindow {
  readonly #ring = new Uint32Array(WORDS);
  /** One more than the greatest nonce accepted. */
  #next = 0n;

  /** The greatest nonce accepted, or `undefined` before the first. */
  get greatest(): bigint | undefined {
    return this.#next === 0n ? undefined : this.#next - 1n;
  }

  /** False if the nonce was accepted before, or is 1 024 or more behind the greatest. */
  isFresh(nonce: bigint): boolean {
    if (nonce >= this.#next) return true;
    if (this.#next - nonce > BigInt(REPLAY_WINDOW_MESSAGES)) return false;
    const [word, bit] = place(nonce);
    return ((this.#ring[word] as number) & bit) === 0;
  }

  /** Marks a nonce whose message verified. */
  accept(nonce: bigint): void {
    if (nonce >= this.#next) this.#advanceTo(nonce);
    const [word, bit] = place(nonce);
    this.#ring[word] = (this.#ring[word] as number) | bit;
  }

  #advanceTo(nonce: bigint): void {
    const newest = wordOf(nonce);
    // The word of the greatest nonce so far is in use; before the first nonce no word is.
    const steps = this.#next === 0n ? BigInt(WORDS) : newest - wordOf(this.#next - 1n);
    const clears = steps < BigInt(WORDS) ? Number(steps) : WORDS;
    for (let i = 0; i < clears; i++) this.#ring[Number((newest - BigInt(i)) % BigInt(WORDS))] = 0;
    this.#next = nonce + 1n;
  }
}

function wordOf(nonce: bigint): bigint {
  return nonce / BigInt(BITS_PER_WORD);
}

function place(nonce: bigint): readonly [word: number, bit: number] {
  return [Number(wordOf(nonce) % BigInt(WORDS)), 1 << Number(nonce % BigInt(BITS_PER_WORD))];
}
