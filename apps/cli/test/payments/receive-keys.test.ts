import {
  type DurableStore,
  hex,
  KEY_POLICIES,
  type ListeningIdentity,
  type OwnKeys,
  SessionStoreError,
} from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import type { Home } from '../../src/home/open-home.ts';
import { openKeys } from '../../src/keys/open-keys.ts';
import { openReceiveKeys, type ReceiveKeys } from '../../src/payments/receive-keys.ts';
import { fakeSurroundings, localNetwork, temporaryFolder } from '../home/command-run.ts';
import { createPublished } from './people.ts';
import { createStandingClock } from './standing-clock.ts';

const folder = temporaryFolder();
const network = localNetwork();
const LOOK_MS = 15_000;
const { overlapMs } = KEY_POLICIES.standard;

const shown = (key: Uint8Array | undefined): string | undefined => key && hex.encode(key);
const keysOf = (identity: ListeningIdentity | undefined): readonly (string | undefined)[] =>
  identity === undefined
    ? []
    : [identity.noiseKey, ...(identity.formerNoiseKeys ?? [])].map(({ publicKey }) => shown(publicKey));

interface Situation {
  readonly keys: ReceiveKeys;
  /** Another command at the same home. */
  readonly other: OwnKeys;
  readonly clock: ReturnType<typeof createStandingClock>;
  readonly home: Home;
  /** Whether the payee that listens can read its store. */
  readonly outage: { isOn: boolean };
  /** What people were told, in order. */
  readonly said: readonly string[];
  /** What was told, in order; the promise resolves with the next one. */
  readonly told: (string | undefined)[];
  next(): Promise<string | undefined>;
  /** Once people are told something with these words in it, from now on. */
  heard(words: string): Promise<void>;
}

function storeWith(outage: { readonly isOn: boolean }, store: DurableStore): DurableStore {
  return {
    get: (key, options) =>
      outage.isOn
        ? Promise.reject(new SessionStoreError('STORE_CLOSED', { because: 'of a test' }))
        : store.get(key, options),
    list: (prefix, options) => store.list(prefix, options),
    commit: (operations, options) => store.commit(operations, options),
    close: () => store.close(),
  };
}

/** A payee that listens, and somebody else who changes its keys. */
async function whileListening(work: (situation: Situation) => Promise<void>): Promise<void> {
  const payee = await createPublished(folder.path, 'payee', network.environment);
  await payee.withHome(async (home) => {
    const clock = createStandingClock();
    const { surroundings: quiet } = fakeSurroundings({ clock });
    const said: string[] = [];
    const outage = { isOn: false };
    const listeners = new Set<(text: string) => void>();
    const tell = (text: string): void => {
      said.push(text);
      for (const listener of listeners) listener(text);
    };
    const surroundings = { ...quiet, terminal: { ...quiet.terminal, tell } };
    const heard = (words: string): Promise<void> =>
      new Promise((resolve) => {
        listeners.add((text) => text.includes(words) && resolve());
      });
    const keys = await openReceiveKeys({ ...home, store: storeWith(outage, home.store) }, surroundings);
    const other = openKeys(home, home.device, surroundings, { wishes: { signUp: false }, onEvent() {} });
    const told: (string | undefined)[] = [];
    const waiting: ((key: string | undefined) => void)[] = [];
    const stop = keys.watch(await keys.active(), async (noiseKey) => {
      told.push(shown(noiseKey));
      waiting.shift()?.(shown(noiseKey));
    });
    const next = (): Promise<string | undefined> => new Promise((resolve) => waiting.push(resolve));
    try {
      await work({ keys, other, clock, home, outage, told, said, next, heard });
    } finally {
      await stop();
      await other.close();
      await keys.close();
    }
    expect(await keys.identity()).toBeUndefined();
  });
}

/** Publishes what somebody else has queued, so that its ledger says so. */
async function deliver({ queue, keeper }: OwnKeys): Promise<void> {
  await queue.flush();
  await keeper.run();
}

describe('openReceiveKeys', () => {
  it('says nothing of former keys that find no room in the packet, where nothing of them was before [O3] [O5]', async () => {
    const payee = await createPublished(folder.path, 'crowded', network.environment);
    await payee.withHome(async (home) => {
      const { surroundings: quiet } = fakeSurroundings();
      const events: string[] = [];
      const other = openKeys(home, home.device, quiet, {
        wishes: { signUp: false },
        onEvent: ({ kind }) => events.push(kind),
      });
      for (let round = 0; round < 3; round++) await other.keeper.rotate();
      await other.close();
      const said: string[] = [];
      const tell = (text: string): void => void said.push(text);
      const keys = await openReceiveKeys(home, { ...quiet, terminal: { ...quiet.terminal, tell } });
      await keys.close();
      expect(events.filter((kind) => kind === 'rotated')).toHaveLength(3);
      expect(said).toEqual(['Doing what is due for the published key …\n']);
      const view = openKeys(home, home.device, quiet, { wishes: { signUp: false }, onEvent() {} });
      expect(await view.queue.status()).toMatchObject({ waiting: [], parked: [] });
      await view.close();
    });
  });

  it('answers with the keys of now, whoever has rotated them, and tells of the new one [O4]', async () => {
    await whileListening(async ({ keys, other, told, next }) => {
      const former = shown(await keys.active());
      const ledger = await other.keeper.rotate();
      const current = shown(ledger.keys.at(-1)?.noiseKey);
      // On its way: payers still find the one before.
      expect(keysOf(await keys.identity())).toEqual([former, current]);
      const telling = next();
      await deliver(other);
      expect(keysOf(await keys.identity())).toEqual([current, former]);
      expect(await telling).toBe(current);
      expect(told).toEqual([current]);
    });
  });

  it('notices by itself that another command has rotated, though nobody connects [O4]', async () => {
    await whileListening(async ({ other, clock, next }) => {
      const ledger = await other.keeper.rotate();
      await deliver(other);
      const telling = next();
      clock.jump(LOOK_MS);
      expect(await telling).toBe(shown(ledger.keys.at(-1)?.noiseKey));
    });
  });

  it('refuses a revoked former key at once, and one whose overlap is over to the moment [O4]', async () => {
    await whileListening(async ({ keys, other, clock }) => {
      const first = await keys.active();
      await other.keeper.rotate();
      await deliver(other);
      const second = await keys.active();
      expect(keysOf(await keys.identity())).toEqual([second, first].map(shown));
      await other.keeper.revoke({ which: { noiseKey: first }, successor: false });
      expect(keysOf(await keys.identity())).toEqual([shown(second)]);
      await other.keeper.rotate();
      await deliver(other);
      const third = await keys.active();
      expect(keysOf(await keys.identity())).toEqual([third, second].map(shown));
      clock.jump(overlapMs + 60_000);
      expect(keysOf(await keys.identity())).toEqual([shown(third)]);
    });
  });

  it('answers nobody after a revocation without a successor, and tells of it once', async () => {
    await whileListening(async ({ keys, other, clock, told, next }) => {
      const telling = next();
      await other.keeper.revoke({ successor: false });
      expect(await keys.identity()).toBeUndefined();
      expect(await telling).toBeUndefined();
      await expect(keys.active()).rejects.toThrow('paykit keys publish');
      const again = next();
      await other.keeper.publish();
      await deliver(other);
      clock.jump(LOOK_MS);
      expect(await again).toBe(shown(await keys.active()));
      expect(told).toHaveLength(2);
    });
  });

  it('tells once in an outage that it cannot see to the keys, and goes on after it [F3] [O5]', async () => {
    await whileListening(async ({ other, clock, outage, heard, next, said }) => {
      const failure = 'could not be seen to what other commands do to the keys (STORE_CLOSED)';
      const ledger = await other.keeper.rotate();
      await deliver(other);
      const told = heard(failure);
      outage.isOn = true;
      clock.jump(LOOK_MS);
      await told;
      for (let looks = 0; looks < 5; looks++) {
        clock.jump(LOOK_MS);
        await new Promise(setImmediate);
      }
      expect(said.filter((text) => text.includes(failure))).toHaveLength(1);
      const telling = next();
      outage.isOn = false;
      clock.jump(LOOK_MS);
      expect(await telling).toBe(shown(ledger.keys.at(-1)?.noiseKey));
    });
  });

  it('tells when nothing can be published, and when that works again [O5]', async () => {
    await whileListening(async ({ clock, heard }) => {
      const { faults } = network.testnet;
      faults.homeserver.set({ refuse: true });
      faults.relay.set({ refuse: true });
      const down = ['homeserver', 'packet'].map((target) =>
        heard(`Nothing can be published (${target}) for now`),
      );
      clock.release();
      clock.jump(KEY_POLICIES.standard.restampAfterMs + 86_400_000);
      await Promise.all(down);
      faults.homeserver.clear();
      faults.relay.clear();
      const up = ['homeserver', 'packet'].map((target) => heard(`Publishing (${target}) works again.`));
      clock.jump(86_400_000);
      await Promise.all(up);
    });
  });
});
