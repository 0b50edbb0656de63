import type { OfferPatternsOptions, Profile } from 'pubky-paykit';
import type { PayerSide } from './payer-side.ts';
import type { Settled } from './scene.ts';

/** One pattern as the demo shows it: why it is there, what each side does, and what is known in the end. */
export interface DemoPattern {
  /** One line of `--help`. */
  readonly summary: string;
  /** Told before the first step. */
  readonly why: string;
  /** Told after the last one. */
  readonly proven: string;
  readonly notProven: string;
  /** What both sides hold in the end: a one-way request is no payment, and must not be told as one. */
  readonly outcome: 'receipt' | 'request';
  readonly payee: PayeePart;
  /** All that the payer does, from the look-up to the last closed connection. */
  pay(payer: PayerSide): Promise<Settled>;
}

/** What differs between payees. */
export interface PayeePart {
  readonly offer: OfferPatternsOptions<readonly Profile[]>;
  /** A device of the payee's that has published nothing, where that is what the pattern is for. */
  readonly unpublishedDevice?: string;
  /** What is told when the payee's identity signs in the handshake; nothing if not given. */
  readonly signing?: string;
}
