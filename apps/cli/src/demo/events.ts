/** What the two participants of the demo tell the process that started them. */
export interface DemoEvent {
  /** What has been done, as the story prints it. */
  readonly step: string;
  /** Milliseconds this step took. */
  readonly tookMs: number;
  /** What comes out of the step for others: an address, a receipt. */
  readonly result?: DemoResult;
}

export type DemoResult =
  | { readonly kind: 'address'; readonly port: number; readonly identity: string; readonly noiseKey: string }
  | { readonly kind: 'receipt'; readonly json: string; readonly path: string };

/** What a participant is told to do. */
export type DemoTask =
  | { readonly role: 'payee'; readonly folder: string; readonly method: string }
  | {
      readonly role: 'payer';
      readonly folder: string;
      readonly port: number;
      /** The payee's identity in z-base-32 and its Noise key in hex: what discovery will find later. */
      readonly payee: string;
      readonly payeeNoiseKey: string;
      readonly method: string;
      readonly amount: string;
      readonly currency: string;
    };

/** Times steps and hands them on. */
export interface Narrator {
  /** Ends the present step. */
  tell(step: string, result?: DemoResult): void;
}

/** A narrator that passes events to `send`, timing each step from the one before. */
export function createNarrator(send: (event: DemoEvent) => void, now: () => number): Narrator {
  let sinceMs = now();
  return {
    tell(step, result) {
      const atMs = now();
      send({ step, tookMs: atMs - sinceMs, ...(result && { result }) });
      sinceMs = atMs;
    },
  };
}
