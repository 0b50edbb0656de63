import { join } from 'node:path';
import { activeKey, hex } from 'pubky-paykit';
import { expect } from 'vitest';
import { readHomeSettings } from '../../src/home/home-settings.ts';
import { type Home, openHome } from '../../src/home/open-home.ts';
import type { Surroundings } from '../../src/home/surroundings.ts';
import { runCreate } from '../../src/identity/create.ts';
import { viewKeys } from '../../src/keys/open-keys.ts';
import { runPublish } from '../../src/keys/publish.ts';
import { runPay } from '../../src/payments/pay.ts';
import { runReceive } from '../../src/payments/receive.ts';
import { fakeSurroundings, type Ran, type RunOptions, run } from '../home/command-run.ts';

type Environment = Readonly<Record<string, string>>;

/** What `paykit receive --json` says first. */
export interface ListeningLine {
  readonly event: 'listening';
  readonly identity: string;
  readonly noiseKey: string;
  readonly address: string;
  readonly methods: readonly string[];
  readonly patterns: readonly string[];
}

/** What a `paykit receive` may be given. */
export interface ReceivingOptions extends RunOptions {
  /** Hears what is said beside the results. */
  readonly onTold?: (text: string) => void;
  /** Hears the results, line by line. */
  readonly onWritten?: (text: string) => void;
}

/** A `paykit receive` that listens. */
export interface Receiving {
  readonly line: ListeningLine;
  /** Its events so far. */
  events(): readonly Readonly<Record<string, unknown>>[];
  /** What it does when it is done. */
  readonly ended: Promise<Ran>;
  /** Ctrl-C, and the end. */
  interrupt(): Promise<Ran>;
}

/** Somebody with a home. */
export interface Person {
  readonly home: string;
  /** z-base-32. */
  readonly identity: string;
  run(
    command: (args: readonly string[], surroundings: Surroundings) => Promise<void>,
    args?: readonly string[],
    options?: RunOptions,
  ): Promise<Ran>;
  pay(payee: string, args?: readonly string[], options?: RunOptions): Promise<Ran>;
  payInWords(payee: string, args?: readonly string[]): Promise<Ran>;
  receive(args?: readonly string[], options?: ReceivingOptions): Promise<Receiving>;
  /** The one that is published, in hex. */
  noiseKey(): Promise<string>;
  withHome<Result>(work: (home: Home) => Promise<Result>): Promise<Result>;
}

function eventsIn(output: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** Makes a home in a folder, with an identity. */
export async function createPerson(folder: string, name: string, environment: Environment): Promise<Person> {
  const home = join(folder, name);
  const withNetwork = (options: RunOptions = {}): RunOptions => ({
    ...options,
    environment: { ...environment, ...options.environment },
  });
  const person: Omit<Person, 'identity'> = {
    home,
    run: (command, args = [], options = {}) => run(command, [...args, '--home', home], withNetwork(options)),
    pay: (payee, args = [], options = {}) =>
      person.run(runPay, [payee, '--amount', '21', '--json', ...args], options),
    payInWords: (payee, args = []) => person.run(runPay, [payee, '--amount', '21', ...args]),
    noiseKey: () =>
      person.withHome(async (home) => {
        const keys = viewKeys(home, home.identity, home.device, fakeSurroundings().surroundings);
        const { ledger } = await keys.keeper.status();
        await keys.close();
        return hex.encode((ledger && activeKey(ledger))?.noiseKey ?? new Uint8Array());
      }),
    async receive(args = [], { onTold, onWritten, ...options } = {}) {
      const interrupting = new AbortController();
      const { surroundings, said } = fakeSurroundings(
        withNetwork({ ...options, signal: interrupting.signal }),
      );
      let listens: () => void = () => {};
      const listening = new Promise<void>((resolve) => {
        listens = resolve;
      });
      const { write, tell } = surroundings.terminal;
      const terminal = {
        ...surroundings.terminal,
        write(text: string | Uint8Array) {
          write(text);
          listens();
          onWritten?.(String(text));
        },
        tell(text: string) {
          tell(text);
          onTold?.(text);
        },
      };
      const ending = runReceive(['--json', ...args, '--home', home], { ...surroundings, terminal });
      const ended = ending.then(
        () => ({ ...said, error: undefined, all: '' }),
        (error: Error) => ({ ...said, error, all: error.message }),
      );
      await Promise.race([listening, ended]);
      const [line] = eventsIn(said.output);
      return {
        line: line as unknown as ListeningLine,
        events: () => eventsIn(said.output),
        ended,
        interrupt() {
          interrupting.abort();
          return ended;
        },
      };
    },
    async withHome(work) {
      const opened = await openHome(
        readHomeSettings({ home }, environment, 'keys'),
        fakeSurroundings().surroundings,
      );
      try {
        return await work(opened);
      } finally {
        await opened.close();
      }
    },
  };
  const created = await person.run(runCreate);
  const identity = /Identity {2}(\S+)/.exec(created.output)?.[1];
  if (identity === undefined) throw created.error ?? new Error('there is no identity');
  return { ...person, identity };
}

/** Makes a home whose Noise key everybody can find. */
export async function createPublished(
  folder: string,
  name: string,
  environment: Environment,
): Promise<Person> {
  const person = await createPerson(folder, name, environment);
  const published = await person.run(runPublish);
  expect(published.error).toBeUndefined();
  return person;
}

/** What `paykit pay --json` says. */
export interface PaidLine {
  readonly outcome: 'confirmed' | 'sent';
  readonly key: Readonly<Record<'noiseKey' | 'state' | 'reason' | 'from' | 'source', string>> & {
    readonly degraded: boolean;
  };
  readonly address: string;
  readonly addressFrom: string;
  readonly addressReachedAtMs?: number;
  readonly pattern: string;
  readonly rule: string;
  readonly receipt: Readonly<Record<string, unknown>>;
}

/** The line of a payment that did not fail. */
export function paidLine({ output, error }: Ran): PaidLine {
  expect(error).toBeUndefined();
  return JSON.parse(output) as PaidLine;
}
