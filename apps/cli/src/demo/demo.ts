import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAmount } from 'pubky-paykit';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { interruptible } from '../interruption.ts';
import type { DemoEvent, DemoResult, DemoTask } from './events.ts';
import { Story } from './story.ts';

/** Longer than any time-out of the protocol adds up to on one machine. */
const DEMO_TIMEOUT_MS = 60_000;

const HELP = `Usage: paykit demo [options]

Starts two processes with fresh identities on this machine. The payer connects to
the payee over TCP, both handshake with the Noise pattern IK, the payer asks for a
receipt, the payee checks and confirms, and both store it.

  --amount TEXT     positive decimal (default 1000)
  --currency TEXT   (default SAT)
  --method TEXT     payment method the payee publishes (default lightning)
  --keep            keep the folder with the stored receipts, and print where it is
  -h, --help        show this text
`;

interface DemoOptions {
  readonly amount: string;
  readonly currency: string;
  readonly method: string;
  readonly keep: boolean;
}

/** Names are free text in receipts; here they are kept printable and short. */
const NAME = /^[\w.:-]{1,64}$/;

function checkOptions(options: DemoOptions): DemoOptions {
  if (parseAmount(options.amount) === undefined) {
    throw new UsageError(
      '--amount wants a positive decimal, such as 21 or 0.005, of at most 28 digits.',
      'demo',
    );
  }
  for (const name of ['currency', 'method'] as const) {
    if (!NAME.test(options[name])) {
      throw new UsageError(`--${name} wants 1 to 64 letters, digits, dots, colons or hyphens.`, 'demo');
    }
  }
  return options;
}

function readOptions(args: readonly string[]): DemoOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        amount: { type: 'string', default: '1000' },
        currency: { type: 'string', default: 'SAT' },
        method: { type: 'string', default: 'lightning' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return undefined;
    return checkOptions(values);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, 'demo');
  }
}

/** One participant in a process of its own, and the results it reports. */
class Participant {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<DemoResult['kind'], (result: DemoResult) => void>();
  readonly #results = new Map<DemoResult['kind'], DemoResult>();

  constructor(task: DemoTask, story: Story) {
    const main = fileURLToPath(new URL('../main.js', import.meta.url));
    this.#child = fork(main, ['demo-participant'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code) => {
        if (code === 0) resolve();
        else reject(new CommandFailed(`The ${task.role} ended with status ${code}.`));
      });
    });
    // Whoever waits for a result hears of it there; here it only must not go unhandled.
    this.#ended.catch(() => {});
    this.#child.on('message', (event: DemoEvent) => {
      story.step(task.role, event);
      if (event.result === undefined) return;
      this.#results.set(event.result.kind, event.result);
      this.#waiting.get(event.result.kind)?.(event.result);
    });
    this.#child.send(task);
  }

  /** The result of one kind, as soon as it is there; rejects if the participant ends without it. */
  async result<Kind extends DemoResult['kind']>(kind: Kind): Promise<Extract<DemoResult, { kind: Kind }>> {
    const found = new Promise<DemoResult>((resolve, reject) => {
      const known = this.#results.get(kind);
      if (known !== undefined) resolve(known);
      this.#waiting.set(kind, resolve);
      this.#ended.then(() => reject(new CommandFailed(`A participant ended without its ${kind}.`)), reject);
    });
    return (await found) as Extract<DemoResult, { kind: Kind }>;
  }

  stop(): void {
    this.#child.kill();
  }
}

async function pay(
  options: DemoOptions,
  folder: string,
  story: Story,
  participants: Participant[],
): Promise<void> {
  const startedMs = performance.now();
  const start = (task: DemoTask): Participant => {
    const participant = new Participant(task, story);
    participants.push(participant);
    return participant;
  };
  const payee = start({ role: 'payee', folder: join(folder, 'payee'), method: options.method });
  const { port, identity, noiseKey } = await payee.result('address');
  const payer = start({
    role: 'payer',
    folder: join(folder, 'payer'),
    port,
    payee: identity,
    payeeNoiseKey: noiseKey,
    method: options.method,
    amount: options.amount,
    currency: options.currency,
  });
  const [mine, theirs] = await Promise.all([payer.result('receipt'), payee.result('receipt')]);
  if (mine.json !== theirs.json) throw new CommandFailed('The two sides stored different receipts.');
  story.end(
    new Map([
      ['payer', mine.json],
      ['payee', theirs.json],
    ]),
    performance.now() - startedMs,
  );
}

/** `paykit demo`: one payment between two processes, told step by step. */
export async function runDemo(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options === undefined) return void process.stdout.write(HELP);
  const story = new Story((text) => process.stdout.write(text));
  const folder = await mkdtemp(join(tmpdir(), 'paykit-demo-'));
  const participants: Participant[] = [];
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CommandFailed('The demo took too long.')), DEMO_TIMEOUT_MS);
  });
  story.begin();
  try {
    await interruptible(() => Promise.race([pay(options, folder, story, participants), tooLong]));
    if (options.keep) process.stdout.write(`Receipts: ${folder}\n`);
  } finally {
    clearTimeout(timer);
    for (const participant of participants) participant.stop();
    if (!options.keep) await rm(folder, { recursive: true, force: true });
  }
}
