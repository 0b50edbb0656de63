import { zBase32 } from 'pubky-paykit';
import type { DemoEvent } from './events.ts';

const STEP_COLUMNS = 76;

/** Prints the steps of the demo as they happen, numbered, named and timed. */
export class Story {
  readonly #write: (text: string) => void;
  #steps = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  begin(): void {
    this.#write('Two processes on this machine pay each other: one is the payer, one the payee.\n\n');
  }

  step(who: string, { step, tookMs }: DemoEvent): void {
    this.#steps += 1;
    const line = `${String(this.#steps).padStart(3)}. ${who} ${step}`;
    this.#write(`${line.padEnd(STEP_COLUMNS)} ${tookMs.toFixed(1).padStart(7)} ms\n`);
  }

  /** @param receipts The receipt as each side stored it, by who has it. */
  end(receipts: ReadonlyMap<string, string>, tookMs: number): void {
    const [json = '{}'] = receipts.values();
    const { payer, payee, ...shown } = JSON.parse(json) as Record<string, unknown>;
    this.#write('\nThe receipt, the same on both sides:\n');
    for (const [member, value] of Object.entries({
      ...shown,
      payer: identityText(payer),
      payee: identityText(payee),
    })) {
      this.#write(
        `  ${member.padEnd(11)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}\n`,
      );
    }
    this.#write(`\nPaid in ${(tookMs / 1000).toFixed(2)} s.\n`);
  }
}

/** Keys stand in receipts as lists of numbers; people know them in z-base-32. */
function identityText(key: unknown): string {
  return zBase32.encode(Uint8Array.from(key as number[]));
}
