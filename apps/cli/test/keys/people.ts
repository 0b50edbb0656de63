import { hex } from 'pubky-paykit';
import { expect } from 'vitest';
import { runCreate } from '../../src/identity/create.ts';
import { runExport } from '../../src/identity/export.ts';
import { runDiscover } from '../../src/keys/discover.ts';
import { runPublish } from '../../src/keys/publish.ts';
import { runStatus } from '../../src/keys/status.ts';
import type { localNetwork, Ran, RunOptions, temporaryFolder } from '../home/command-run.ts';
import { run } from '../home/command-run.ts';

/** The facts of `paykit keys status --json`, as far as tests look at them. */
export interface StatusFacts {
  readonly keys: readonly {
    readonly noiseKey: string;
    readonly context: string;
    readonly status: string;
    readonly publishedAtMs?: number;
    readonly supersededAtMs?: number;
    readonly answered: boolean;
  }[];
  readonly next?: { readonly action: string; readonly dueMs: number };
  readonly published: readonly {
    readonly target: string;
    readonly waiting: boolean;
    readonly parked: boolean;
  }[];
  readonly queue: {
    readonly waiting: readonly { readonly target: string; readonly code?: string }[];
    readonly parked: readonly { readonly target: string; readonly code?: string }[];
  };
}

/** The facts of `paykit discover --json`, as far as tests look at them. */
export interface FoundFacts {
  readonly outcome: string;
  readonly noiseKey?: string;
  readonly ageSeconds?: number;
  readonly source?: string;
  readonly state: string;
  readonly code?: string;
  readonly next?: string;
  readonly failed: readonly { readonly source: string }[];
}

/** A home of somebody on the network of a test. */
export interface Person {
  readonly name: string;
  identity(): Promise<string>;
  run(command: Parameters<typeof run>[0], args: readonly string[], options?: RunOptions): Promise<Ran>;
  create(options?: RunOptions): Promise<void>;
  publish(options?: RunOptions): Promise<Ran>;
  status(options?: RunOptions): Promise<StatusFacts>;
  discover(
    identity: string,
    options?: RunOptions,
  ): Promise<{ readonly facts: FoundFacts; readonly ran: Ran }>;
}

/** Somebody with a home of their own in the folder of the test. */
export function personIn(
  folder: ReturnType<typeof temporaryFolder>,
  network: ReturnType<typeof localNetwork>,
  name: string,
): Person {
  const person: Person = {
    name,
    run: (command, args, options = {}) =>
      run(command, ['--home', folder.inside(name), ...args], {
        ...options,
        environment: { ...network.environment, ...options.environment },
      }),
    async identity() {
      return (await person.run(runExport, ['--public'])).output.trim();
    },
    async create(options) {
      expect((await person.run(runCreate, [], options)).error).toBeUndefined();
    },
    publish: (options) => person.run(runPublish, [], options),
    async status(options) {
      const { output, error } = await person.run(runStatus, ['--json'], options);
      expect(error).toBeUndefined();
      return JSON.parse(output) as StatusFacts;
    },
    async discover(identity, options) {
      const ran = await person.run(runDiscover, [identity, '--json'], options);
      return { facts: JSON.parse(ran.output) as FoundFacts, ran };
    },
  };
  return person;
}

/** A clock that runs, and is ahead or behind. */
export function shiftedClock(byMs: number): NonNullable<RunOptions['clock']> {
  return {
    now: () => Date.now() + byMs,
    schedule(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** The key that a person's ledger names as the current one. */
export function currentIn({ keys }: StatusFacts): string | undefined {
  return keys.find(({ status }) => status === 'current')?.noiseKey;
}

/** Every way in which 32 bytes might be written. */
export function writings(secret: Uint8Array): readonly string[] {
  const buffer = Buffer.from(secret);
  const z32 = 'ybndrfg8ejkmcpqxot1uwisza345h769';
  const bits = [...secret].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const zBase32 = (bits.match(/.{5}/g) ?? []).map((five) => z32[Number.parseInt(five, 2)]).join('');
  return [
    hex.encode(secret),
    hex.encode(secret).toUpperCase(),
    buffer.toString('base64').replace(/=+$/, ''),
    buffer.toString('base64url'),
    zBase32,
    [...secret].join(','),
    [...secret].join(', '),
  ];
}
