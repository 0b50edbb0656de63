import type { ProfileName } from 'pubky-paykit';

/** What the two participants of the demo tell the process that started them. */
export interface DemoEvent {
  /** What has been done, as the story prints it. */
  readonly step: string;
  /** Milliseconds this step took. */
  readonly tookMs: number;
  /** What comes out of the step for others. */
  readonly result?: DemoResult;
}

export type DemoResult =
  /** Where the payee listens, and who it is in z-base-32. */
  | { readonly kind: 'address'; readonly port: number; readonly identity: string }
  /** The receipt that was confirmed and stored, or in N the request that was sent or noted. */
  | { readonly kind: 'outcome'; readonly json: string };

/** What the payee is told to do. */
export interface PayeeTask {
  readonly role: 'payee';
  readonly pattern: ProfileName;
  readonly folder: string;
  readonly method: string;
}

/** What the payer is told to do. */
export interface PayerTask {
  readonly role: 'payer';
  readonly pattern: ProfileName;
  readonly folder: string;
  readonly port: number;
  /** The payee's identity in z-base-32: all that a payer has to know. */
  readonly payee: string;
  readonly method: string;
  readonly amount: string;
  readonly currency: string;
}

export type DemoTask = PayeeTask | PayerTask;

/** Ends the present step, and hands it on with the time it took. */
export type Tell = (step: string, result?: DemoResult) => void;

/** A narrator that passes events to `send`, timing each step from the one before. */
export function createNarrator(send: (event: DemoEvent) => void, now: () => number): Tell {
  let sinceMs = now();
  return (step, result) => {
    const atMs = now();
    send({ step, tookMs: atMs - sinceMs, ...(result && { result }) });
    sinceMs = atMs;
  };
}
