import { type ProfileName, zBase32 } from 'pubky-paykit';
import type { DemoPattern } from './demo-pattern.ts';
import type { DemoEvent } from './events.ts';
import { wrapped } from './wrapped.ts';

const STEP_COLUMNS = 82;
const TEXT_COLUMNS = 90;

/** How the story of a pattern ends, by what both sides hold then. */
const ENDINGS: Readonly<Record<DemoPattern['outcome'], { heading: string; done: string }>> = {
  receipt: { heading: 'The receipt, the same on both sides:', done: 'Paid' },
  request: {
    heading: 'The unverified request, as it was sent and as it was noted:',
    done: 'Sent, and nothing paid,',
  },
};

/** Keys stand in receipts as lists of numbers; people know them in z-base-32. */
function identityText(key: unknown): string {
  return zBase32.encode(Uint8Array.from(key as number[]));
}

/** Prints the steps of the demo as they happen, numbered, named and timed. */
export class Story {
  readonly #write: (text: string) => void;
  #steps = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  begin(): void {
    this.#write('Two processes on this machine: one is the payer, one the payee.\n');
  }

  beginPattern(name: ProfileName, { why }: DemoPattern): void {
    this.#steps = 0;
    this.#write(`\n${wrapped(`Pattern ${name}. ${why}`, TEXT_COLUMNS, '')}\n`);
  }

  step(who: string, { step, tookMs }: DemoEvent): void {
    this.#steps += 1;
    const line = `${String(this.#steps).padStart(3)}. ${who} ${step}`;
    this.#write(`${line.padEnd(STEP_COLUMNS)} ${tookMs.toFixed(1).padStart(7)} ms\n`);
  }

  /** @param json The receipt or request as both sides have it. */
  endPattern({ outcome, proven, notProven }: DemoPattern, json: string, tookMs: number): void {
    const { heading, done } = ENDINGS[outcome];
    const { payer, payee, ...shown } = JSON.parse(json) as Record<string, unknown>;
    this.#write(`\n${heading}\n`);
    for (const [member, value] of Object.entries({
      ...shown,
      payer: identityText(payer),
      payee: identityText(payee),
    })) {
      this.#write(
        `  ${member.padEnd(11)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}\n`,
      );
    }
    this.#write(`\n${wrapped(`Proven: ${proven}`, TEXT_COLUMNS, '  ')}`);
    this.#write(`${wrapped(`Not proven: ${notProven}`, TEXT_COLUMNS, '  ')}`);
    this.#write(`\n${done} in ${(tookMs / 1000).toFixed(2)} s.\n`);
  }
}
