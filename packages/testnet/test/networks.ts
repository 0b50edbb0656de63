import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { afterEach } from 'vitest';
import { createTestnet, type Testnet, type TestnetOptions } from '../src/index.ts';

/** A time at which nothing happens by itself. */
export const START_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A clock that stands still until a test moves it. */
export function stoppedClock(): ManualClock {
  return new ManualClock(START_MS);
}

/** Networks and folders of one test file; all gone after each test. */
export function networks() {
  const running: Testnet[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((testnet) => testnet.close()));
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  });
  return {
    async start(options: TestnetOptions = {}): Promise<Testnet> {
      const testnet = await createTestnet({ clock: stoppedClock(), ...options });
      running.push(testnet);
      return testnet;
    },
    async folder(): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), 'paykit-testnet-'));
      folders.push(folder);
      return folder;
    },
  };
}

/** Waits for what other sockets' events bring about; no sleeping. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
