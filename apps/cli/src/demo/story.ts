import type { Ink } from './ink.ts';
import type { Tell } from './scene.ts';
import { wrapped } from './wrapped.ts';

const COLUMNS = 96;
/** ` 12  Mallory  ` */
const NUMBER_COLUMNS = 3;
const NAME_COLUMNS = 8;
/** `  1234.5 ms` */
const TIME_COLUMNS = 11;
/** `   1.23 s` */
const SECONDS_COLUMNS = 9;
const MARGIN = ' '.repeat(NUMBER_COLUMNS + 2 + NAME_COLUMNS + 1);
const STEP_COLUMNS = COLUMNS - MARGIN.length - TIME_COLUMNS;

/** Prints the demo as it happens: chapters, and in them steps, numbered, named and timed. */
export class Story {
  readonly #write: (text: string) => void;
  readonly #ink: Ink;
  readonly #now: () => number;
  readonly #beganMs: number;
  readonly #chapters: { readonly title: string; readonly beganMs: number }[] = [];
  #steps = 0;
  #lastMs: number;

  /** @param now Milliseconds of a clock that never goes back. */
  constructor(write: (text: string) => void, ink: Ink, now: () => number) {
    this.#write = write;
    this.#ink = ink;
    this.#now = now;
    this.#beganMs = now();
    this.#lastMs = this.#beganMs;
  }

  /** What is about to be seen, before anything happens. */
  begin(text: string): void {
    this.#paragraph(text);
  }

  chapter(title: string, why: string): void {
    this.#chapters.push({ title, beganMs: this.#now() });
    this.#write(`\n${this.#ink.strong(`${this.#chapters.length}. ${title}`)}\n`);
    this.#paragraph(why);
  }

  /** One line, with the time since the line before. */
  step(who: string, step: string): void {
    const nowMs = this.#now();
    const time = `${(nowMs - this.#lastMs).toFixed(1)} ms`.padStart(TIME_COLUMNS);
    this.#lastMs = nowMs;
    this.#steps += 1;
    const { faint, person } = this.#ink;
    const [first = '', ...more] = wrapped(step, STEP_COLUMNS);
    const number = faint(String(this.#steps).padStart(NUMBER_COLUMNS));
    const name = person(who.padEnd(NAME_COLUMNS));
    this.#write(`${number}  ${name} ${first.padEnd(STEP_COLUMNS)}${faint(time)}\n`);
    for (const line of more) this.#write(`${MARGIN}${line}\n`);
  }

  /** The steps of one person. */
  teller(who: string): Tell {
    return (step, role = who) => this.step(role, step);
  }

  /** What has come of a chapter, under a word of its own; `open` for what it leaves open. */
  note(label: string, text: string, kind: 'result' | 'open' = 'result'): void {
    const { strong, warning } = this.#ink;
    const head = `${label}:`.padEnd(NUMBER_COLUMNS + 2 + NAME_COLUMNS);
    const [first = '', ...more] = wrapped(text, COLUMNS - MARGIN.length);
    this.#write(`${(kind === 'open' ? warning : strong)(head)} ${first}\n`);
    for (const line of more) this.#write(`${MARGIN}${line}\n`);
  }

  /** How long everything took. */
  end(text: string): void {
    const endedMs = this.#now();
    this.#write('\n');
    for (const [index, { title, beganMs }] of this.#chapters.entries()) {
      const tookMs = (this.#chapters[index + 1]?.beganMs ?? endedMs) - beganMs;
      const number = `${index + 1}.`.padStart(NUMBER_COLUMNS);
      this.#write(
        this.#ink.faint(`${`${number} ${title}`.padEnd(COLUMNS - SECONDS_COLUMNS)}${seconds(tookMs)}\n`),
      );
    }
    this.#write(`${this.#ink.strong(`${text} in ${seconds(endedMs - this.#beganMs).trim()}.`)}\n`);
  }

  #paragraph(text: string): void {
    for (const line of wrapped(text, COLUMNS)) this.#write(`${line}\n`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`.padStart(SECONDS_COLUMNS);
}
