import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestnet, type Testnet, type TestnetOptions } from '@pubky-paykit/testnet';
import { type Clock, systemClock, systemRandom } from 'pubky-paykit';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Dialog, Surroundings } from '../../src/home/surroundings.ts';

/** What the keys of tests cost: next to nothing. */
export const CHEAP = { n: 2 ** 10, r: 8, p: 1 };

const encoder = new TextEncoder();

/** What may differ from a script with the passphrase `correct horse` in its environment. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly dialog?: Partial<Dialog>;
  readonly clock?: Clock;
  readonly random?: Surroundings['random'];
  readonly signal?: AbortSignal;
}

/** What a command said, and how it ended. */
export interface Ran {
  readonly output: string;
  readonly told: string;
  /** What it threw. */
  readonly error: (Error & { readonly problem?: string; readonly code?: string }) | undefined;
  /** Everything that anybody could read of it. */
  readonly all: string;
}

/** Surroundings that collect what is written. */
export function fakeSurroundings(options: RunOptions = {}): {
  readonly surroundings: Surroundings;
  readonly said: { output: string; told: string };
} {
  const { environment, input = '', dialog, clock = systemClock, random = systemRandom } = options;
  const said = { output: '', told: '' };
  const unasked = (): Promise<never> => Promise.reject(new Error('nobody expected to be asked'));
  const text = (written: string | Uint8Array): string =>
    typeof written === 'string' ? written : new TextDecoder().decode(written);
  return {
    said,
    surroundings: {
      environment: { PAYKIT_PASSPHRASE: 'correct horse', ...environment },
      terminal: {
        write: (written) => {
          said.output += text(written);
        },
        tell: (written) => {
          said.told += written;
        },
        readInput: async () => (typeof input === 'string' ? encoder.encode(input) : input.slice()),
        dialog: dialog && { confirm: unasked, askHidden: unasked, ...dialog },
      },
      signal: options.signal ?? new AbortController().signal,
      clock,
      random,
      scryptCost: CHEAP,
    },
  };
}

/** Runs a command as somebody at a terminal or a script would. Never rejects. */
export async function run(
  command: (args: readonly string[], surroundings: Surroundings) => Promise<void>,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const { surroundings, said } = fakeSurroundings(options);
  let error: Ran['error'];
  try {
    await command(args, surroundings);
  } catch (thrown) {
    error = thrown as Error;
  }
  return { ...said, error, all: `${said.output}${said.told}${error?.message ?? ''}${error?.stack ?? ''}` };
}

/** A folder of its own for each test; call at the top of a file. */
export function temporaryFolder(): { readonly path: string; inside(name: string): string } {
  let path = '';
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'paykit-test-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    inside: (name) => join(path, name),
  };
}

/** A Pubky network for the tests of a file, healthy before each; call at the top of a file. */
export function localNetwork(options: TestnetOptions = {}): {
  readonly testnet: Testnet;
  /** What leads a command there. */
  readonly environment: Readonly<Record<string, string>>;
} {
  let testnet: Testnet | undefined;
  const running = (): Testnet => testnet as Testnet;
  beforeAll(async () => {
    testnet = await createTestnet(options);
  });
  afterEach(() => {
    running().faults.relay.clear();
    running().faults.homeserver.clear();
  });
  afterAll(() => running().close());
  return {
    get testnet() {
      return running();
    },
    get environment() {
      return {
        PAYKIT_RELAYS: running().relay.url,
        PAYKIT_PLAIN_HTTP_HOSTS: 'localhost',
        PAYKIT_HOMESERVER: running().homeserver.publicKey,
      };
    },
  };
}
