import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CommandFailed } from '../command-errors.ts';
import type { BookKeeper } from './address-book.ts';
import type { DemoResult, DemoTask } from './events.ts';
import type { FromParticipant, ToParticipant } from './parent-link.ts';
import type { Story } from './story.ts';

/** One participant in a process of its own, and the results it reports. */
export class ParticipantProcess {
  readonly #role: DemoTask['role'];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<DemoResult['kind'], (result: DemoResult) => void>();
  readonly #results = new Map<DemoResult['kind'], DemoResult>();
  /** Resolves when the process has done its task and all it said has arrived; rejects if it failed. */
  readonly ended: Promise<void>;

  /** Starts the process at once, so that it is up when its task comes. */
  constructor(role: DemoTask['role'], story: Story, keepBook: BookKeeper) {
    this.#role = role;
    const main = fileURLToPath(new URL('../main.js', import.meta.url));
    this.#child = fork(main, ['demo-participant'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.ended = this.#watch();
    // Whoever waits for a result hears of it there; here it only must not go unhandled.
    this.ended.catch(() => {});
    this.#child.on('message', (message: FromParticipant) => {
      if (message.type === 'question') {
        return this.#send({ type: 'answer', id: message.id, noiseKeys: keepBook(message.question) });
      }
      story.step(role, message.event);
      this.#note(message.event.result);
    });
  }

  begin(task: DemoTask): void {
    this.#send({ type: 'task', task });
  }

  /** The other side has what it came for. */
  finish(): void {
    this.#send({ type: 'finish' });
  }

  /** The result of one kind, as soon as it is there; rejects if the participant ends without it. */
  async result<Kind extends DemoResult['kind']>(kind: Kind): Promise<Extract<DemoResult, { kind: Kind }>> {
    const found = new Promise<DemoResult>((resolve, reject) => {
      const known = this.#results.get(kind);
      if (known !== undefined) resolve(known);
      this.#waiting.set(kind, resolve);
      this.ended.then(
        () => reject(new CommandFailed(`The ${this.#role} ended without its ${kind}.`)),
        reject,
      );
    });
    return (await found) as Extract<DemoResult, { kind: Kind }>;
  }

  stop(): void {
    this.#child.kill();
  }

  #note(result: DemoResult | undefined): void {
    if (result === undefined) return;
    this.#results.set(result.kind, result);
    this.#waiting.get(result.kind)?.(result);
  }

  #send(message: ToParticipant): void {
    // A child that is gone is reported by `ended`; the callback keeps it from being thrown here as well.
    this.#child.send(message, () => {});
  }

  #watch(): Promise<void> {
    const child = this.#child;
    let status: number | null | undefined;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        // Messages may still be on their way after the end of the process; the channel closes after the last one.
        if (status === undefined || child.connected) return;
        if (status === 0) resolve();
        else reject(new CommandFailed(`The ${this.#role} ended with status ${status}.`));
      };
      child.once('error', reject);
      child.once('disconnect', settle);
      child.once('exit', (code) => {
        status = code;
        settle();
      });
    });
  }
}
