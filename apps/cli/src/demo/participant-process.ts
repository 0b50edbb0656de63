import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CommandFailed } from '../command-errors.ts';
import type { FromParticipant, ToParticipant } from './parent-link.ts';
import type { Participant, SceneName, Scenes, Tell } from './scene.ts';

/** Whoever waits for the end of a scene. */
interface Waiting {
  resolve(gives: Scenes[SceneName]['gives']): void;
  reject(error: Error): void;
}

/** One participant in a process of its own. */
export class ParticipantProcess implements Participant {
  readonly #name: string;
  readonly #child: ChildProcess;
  #waiting: Waiting | undefined;
  #over: Error | undefined;

  /** Starts the process at once, so that it is up when its first scene comes. */
  constructor(name: string, tell: Tell) {
    this.#name = name;
    const main = fileURLToPath(new URL('../main.js', import.meta.url));
    this.#child = fork(main, ['demo-participant'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message: FromParticipant) => {
      if (message.type === 'step') return tell(message.step, message.role);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (message.type === 'played') waiting?.resolve(message.gives);
      else waiting?.reject(new CommandFailed(`${name}: ${message.reason}`));
    });
    this.#child.once('error', (error) => this.#end(error));
    this.#child.once('exit', (status) =>
      this.#end(new CommandFailed(`${name} ended with status ${status}.`)),
    );
  }

  async play<Name extends SceneName>(
    scene: Name,
    asks: Scenes[Name]['asks'],
  ): Promise<Scenes[Name]['gives']> {
    if (this.#over !== undefined) throw this.#over;
    if (this.#waiting !== undefined) throw new Error(`${this.#name} plays already`);
    const played = new Promise<Scenes[SceneName]['gives']>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#send({ type: 'play', scene, asks } as ToParticipant);
    return (await played) as Scenes[Name]['gives'];
  }

  /** Nothing more is to be played: lets it close what is open. Resolves when the process has ended. */
  async leave(): Promise<void> {
    if (this.#over !== undefined) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#send({ type: 'leave' });
    await ended;
  }

  /** Ends the process, whatever it does. */
  stop(): void {
    this.#child.kill();
  }

  #end(error: Error): void {
    this.#over ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #send(message: ToParticipant): void {
    // A child that is gone is reported by its exit; the callback keeps it from being thrown here as well.
    this.#child.send(message, () => {});
  }
}
