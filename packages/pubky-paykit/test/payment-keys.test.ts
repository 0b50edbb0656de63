import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import {
  answeredKeys,
  createPayeeKeys,
  deriveNoiseKeyPair,
  hex,
  KEY_POLICIES,
  type KeyLedger,
  type KeyPair,
  type ListeningIdentity,
  type PayeeKeysOptions,
} from '../src/index.ts';
import { codeOf, payeeIdentity } from './peers.ts';

type LedgerKey = KeyLedger['keys'][number];

const SEED = new Uint8Array(32).fill(2);
const { overlapMs } = KEY_POLICIES.standard;
const derived = (context: string): KeyPair => deriveNoiseKeyPair(SEED, context);
const keyNames = new Map(
  ['default', 'default#1', 'default#2', 'default#3'].map((context) => [
    hex.encode(derived(context).publicKey),
    context,
  ]),
);

function ledgerKey(context: string, status: LedgerKey['status'], times: Partial<LedgerKey> = {}): LedgerKey {
  const noiseKey = Uint8Array.from(derived(context).publicKey);
  return { context, noiseKey, status, stampedSeconds: 1n, createdAtMs: 0, publishedAtMs: 0, ...times };
}

const ledgerOf = (...keys: readonly LedgerKey[]): KeyLedger => ({
  identity: payeeIdentity().publicKey,
  device: 'default',
  revision: 1,
  nextEpoch: keys.length,
  rotationCount: 0,
  revocationCount: 0,
  keys,
  stampedSeconds: 1n,
  jitter: 0,
  outbox: [],
});

/** Payee keys over a ledger that a test changes, with every pair they were given. */
function keysOver(start: KeyLedger | undefined, options: Partial<PayeeKeysOptions> = {}) {
  let ledger = start;
  const clock = new ManualClock();
  const opened: KeyPair[] = [];
  const keys = createPayeeKeys({
    keeper: { status: async () => ({ ledger, next: undefined }) },
    noiseKey(context) {
      const pair = derived(context);
      opened.push(pair);
      return pair;
    },
    clock,
    ...options,
  });
  return {
    keys,
    clock,
    opened,
    become(now: KeyLedger | undefined) {
      ledger = now;
    },
  };
}

/** The contexts of the keys of an identity, the one to begin with first. */
function contextsOf(identity: ListeningIdentity | undefined): readonly (string | undefined)[] {
  if (identity === undefined) return [];
  const { noiseKey, formerNoiseKeys = [] } = identity;
  return [noiseKey, ...formerNoiseKeys].map(({ publicKey }) => keyNames.get(hex.encode(publicKey)));
}

describe('createPayeeKeys', () => {
  it('answers with the current key and with those of the overlap, newest first [O4]', async () => {
    const { keys } = keysOver(
      ledgerOf(
        ledgerKey('default', 'retired'),
        ledgerKey('default#1', 'former'),
        ledgerKey('default#2', 'revoked'),
        ledgerKey('default#3', 'current'),
      ),
    );
    const identity = await keys.identity();
    expect(contextsOf(identity)).toEqual(['default#3', 'default#1']);
    expect(identity?.publicKey).toEqual(payeeIdentity().publicKey);
    expect(identity).not.toHaveProperty('signer');
    keys.close();
  });

  it('begins with the key that peers can have found, while its successor is on its way [O4]', async () => {
    const { keys } = keysOver(
      ledgerOf(
        ledgerKey('default', 'former'),
        ledgerKey('default#1', 'current', { publishedAtMs: undefined }),
      ),
    );
    expect(contextsOf(await keys.identity())).toEqual(['default', 'default#1']);
    keys.close();
  });

  it('answers no key any more whose overlap is over, though no keeper has retired it yet [O4]', async () => {
    const supersededAtMs = 1_000;
    const { keys, clock, opened } = keysOver(
      ledgerOf(ledgerKey('default', 'former', { supersededAtMs }), ledgerKey('default#1', 'current')),
    );
    clock.advance(supersededAtMs + overlapMs - 1 - clock.now());
    expect(contextsOf(await keys.identity())).toEqual(['default#1', 'default']);
    clock.advance(1);
    expect(contextsOf(await keys.identity())).toEqual(['default#1']);
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([false, true]);
    keys.close();
  });

  it('answers with two former keys at most, the newest ones, and says which [O4]', async () => {
    const ledger = ledgerOf(
      ledgerKey('default', 'former'),
      ledgerKey('default#1', 'former'),
      ledgerKey('default#2', 'former'),
      ledgerKey('default#3', 'current'),
    );
    const { keys } = keysOver(ledger);
    const answered = ['default#3', 'default#2', 'default#1'];
    expect(contextsOf(await keys.identity())).toEqual(answered);
    expect(answeredKeys(ledger, overlapMs, 0).map(({ context }) => context)).toEqual(answered);
    keys.close();
  });

  it('destroys a key as soon as the ledger says that it is revoked, and derives each once [S1.4]', async () => {
    const before = ledgerOf(ledgerKey('default', 'former'), ledgerKey('default#1', 'current'));
    const { keys, become, opened } = keysOver(before);
    for (let reads = 0; reads < 3; reads++) await keys.identity();
    expect(opened).toHaveLength(2);
    become(ledgerOf(ledgerKey('default', 'revoked'), ledgerKey('default#1', 'current')));
    expect(contextsOf(await keys.identity())).toEqual(['default#1']);
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([false, true]);
    become(ledgerOf(ledgerKey('default', 'revoked'), ledgerKey('default#1', 'revoked')));
    expect(await keys.identity()).toBeUndefined();
    become(undefined);
    expect(await keys.identity()).toBeUndefined();
    expect(opened.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('passes the signer on, for NN', async () => {
    const { signer } = payeeIdentity();
    const { keys } = keysOver(ledgerOf(ledgerKey('default', 'current')), { signer });
    expect((await keys.identity())?.signer).toBe(signer);
    keys.close();
  });

  it('gives nothing after its end, not even to who has asked before it', async () => {
    let answer = (_: KeyPair): void => {};
    const asked = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    const pair = derived('default');
    let give = (_: KeyPair): void => {};
    const giving = new Promise<KeyPair>((resolve) => {
      give = resolve;
    });
    const { keys } = keysOver(ledgerOf(ledgerKey('default', 'current')), {
      noiseKey() {
        answer(pair);
        return giving;
      },
    });
    const waiting = keys.identity();
    await asked;
    keys.close();
    give(pair);
    expect([await waiting, await keys.identity()]).toEqual([undefined, undefined]);
    expect(pair.destroyed).toBe(true);
    keys.close();
  });

  it('refuses a pair that is not the one of the ledger, and goes on with the next reading', async () => {
    const wrong = derived('default#2');
    let isWrong = true;
    const { keys } = keysOver(ledgerOf(ledgerKey('default', 'current')), {
      noiseKey: (context) => (isWrong ? wrong : derived(context)),
    });
    expect(await codeOf(keys.identity())).toBe('DISCOVERY_KEY_MISDERIVED');
    expect(wrong.destroyed).toBe(true);
    isWrong = false;
    expect(contextsOf(await keys.identity())).toEqual(['default']);
    keys.close();
  });

  it('shows the ledgers in the order they were asked for, and only living keys, however reads overlap [O4]', async () => {
    const statuses = fc.constantFrom<LedgerKey['status']>('former', 'retired', 'revoked');
    const ledgers = fc.array(fc.tuple(statuses, statuses), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(ledgers, async (turns) => {
        const all = turns.map(([one, two]) =>
          ledgerOf(ledgerKey('default', one), ledgerKey('default#1', two), ledgerKey('default#2', 'current')),
        );
        let at = 0;
        const { keys, opened } = keysOver(undefined, {
          keeper: { status: async () => ({ ledger: all[at++], next: undefined }) },
        });
        const seen = await Promise.all(all.map(() => keys.identity()));
        expect(seen.map((identity) => contextsOf(identity).length)).toEqual(
          turns.map((pair) => 1 + pair.filter((status) => status === 'former').length),
        );
        const last = all.at(-1)?.keys.filter(({ status }) => status === 'current' || status === 'former');
        expect(opened.filter(({ destroyed }) => !destroyed)).toHaveLength(last?.length ?? 0);
        keys.close();
        expect(opened.every(({ destroyed }) => destroyed)).toBe(true);
      }),
      { numRuns: effort(30) },
    );
  });
});
