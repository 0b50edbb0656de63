import { hex, type LookUpNoiseKeys, zBase32 } from 'pubky-paykit';

/** Where identities make their Noise keys known; stands in for the signed records of discovery. */
export interface AddressBook {
  /** Adds a Noise key (32 bytes) to those of an identity (32 bytes); both copied. */
  announce(identity: Uint8Array, noiseKey: Uint8Array): Promise<void>;
  /** The Noise keys an identity has announced; fresh buffers. */
  readonly lookUp: LookUpNoiseKeys;
}

/**
 * What a participant asks the process that keeps the book: identities in z-base-32, Noise keys in hex. Both are answered
 * with the Noise keys of the identity.
 */
export type BookQuestion =
  | { readonly ask: 'announce'; readonly identity: string; readonly noiseKey: string }
  | { readonly ask: 'look-up'; readonly identity: string };

/** Answers the questions of all participants of one payment. */
export type BookKeeper = (question: BookQuestion) => readonly string[];

/** An empty book, kept in memory. It believes whoever announces: records that are signed come with discovery. */
export function createBookKeeper(): BookKeeper {
  const announced = new Map<string, readonly string[]>();
  return (question) => {
    const known = announced.get(question.identity) ?? [];
    if (question.ask === 'look-up') return known;
    const now = [...known, question.noiseKey];
    announced.set(question.identity, now);
    return now;
  };
}

/** The book as a participant uses it, by asking whoever keeps it. */
export function createAddressBook(
  ask: (question: BookQuestion) => Promise<readonly string[]> | readonly string[],
): AddressBook {
  return {
    async announce(identity, noiseKey) {
      await ask({
        ask: 'announce',
        identity: zBase32.encode(identity),
        noiseKey: hex.encode(noiseKey),
      });
    },
    async lookUp(identity) {
      const found = await ask({ ask: 'look-up', identity: zBase32.encode(identity) });
      return found.map((noiseKey) => hex.decode(noiseKey, 32));
    },
  };
}
