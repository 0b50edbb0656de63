import { equalBytes, hex, isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { CONTACT_POLICIES, type ContactClass } from '../../src/cache/contact-policy.ts';
import type { DiscoveryResult } from '../../src/discovery/discovery-result.ts';
import type { PeerKey } from '../../src/finding/peer-key.ts';
import { filled } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { createWorld, DAY_MS, result } from './world.ts';

const RUNS = effort(1_500);
const PEER = OWNER.publicKey;
const KEYS = [filled(3), filled(4), filled(5)];
const DAYS = [0, 5, 9, 18];
const on = (day: number) => ({ timestampSeconds: STAMPED + BigInt(day * 86_400) });
const RECORDS = await Promise.all(
  KEYS.flatMap((noiseKey) => DAYS.map((day) => verifiedKey({ noiseKey, ...on(day) }))),
);
const UNSIGNED = await Promise.all(
  KEYS.map((noiseKey) => verifiedKey({ noiseKey, ...on(1), unsigned: true })),
);
const REVOCATIONS = await Promise.all(
  KEYS.flatMap((noiseKey) => [0, 9].map((day) => verifiedRevocation({ noiseKey, ...on(day) }))),
);
const CODES = [
  'DISCOVERY_KEY_CONFLICT',
  'DISCOVERY_KEY_REVOKED',
  'DISCOVERY_KEY_ROLLED_BACK',
  'DISCOVERY_KEY_DOWNGRADED',
  'DISCOVERY_KEY_STALE',
  'DISCOVERY_KEY_FROM_FUTURE',
  'DISCOVERY_KEY_RECORD_FORGED',
  'DISCOVERY_FRESHNESS_UNSIGNED',
  'DISCOVERY_UNREACHABLE',
  'DISCOVERY_LOOKUP_SUSPENDED',
  'DISCOVERY_NOTHING_TO_ACCEPT',
];

const answers: fc.Arbitrary<DiscoveryResult> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...RECORDS, ...UNSIGNED).map((record) => result.found(record)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...RECORDS), fc.constantFrom(...REVOCATIONS))
      .filter(([record, revocation]) => !equalBytes(record.noiseKey, revocation.revokedKey))
      .map(([record, revocation]) => result.found(record, revocation)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...REVOCATIONS).map((revocation) => result.revoked(revocation)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...KEYS).map((key) => result.saidToBeRevoked(key, 'unsigned')),
  },
  { weight: 2, arbitrary: fc.constantFrom(result.absent, result.refused('forged')) },
  { weight: 2, arbitrary: fc.constant(result.unreachable) },
);
const contacts = fc.constantFrom<ContactClass[]>(
  ...(['frequent', 'frequent', 'frequent', 'occasional', 'occasional', 'one-time', 'high-security'] as const),
);
const keys = fc.constantFrom(...KEYS);

type Step =
  | { readonly do: 'find'; readonly answer: DiscoveryResult; readonly contact: ContactClass }
  | {
      readonly do: 'learn' | 'failed';
      readonly answer: DiscoveryResult;
      readonly contact: ContactClass;
      readonly key: Uint8Array;
    }
  | { readonly do: 'accept'; readonly key: Uint8Array }
  /** The last one: by the policy that times must be signed. */
  | { readonly do: 'forget' | 'restart' | 'restart strictly' }
  | { readonly do: 'wait'; readonly ms: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('find' as const), answer: answers, contact: contacts }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('learn' as const, 'failed' as const),
        answer: answers,
        contact: contacts,
        key: keys,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('accept' as const), key: keys }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom(
          ...(['forget', 'forget', 'forget', 'restart', 'restart', 'restart strictly'] as const),
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(0, 60_000, DAY_MS, 7 * DAY_MS, 9 * DAY_MS, 29 * DAY_MS)
        .map((ms) => ({ do: 'wait' as const, ms })),
    },
  ),
  { minLength: 4, maxLength: 24 },
);

/** All that the property remembers, written without a look at the code: what may never happen again. */
class Model {
  /** Keys that the identity has revoked by its signed word, in a look-up that was made. */
  readonly revoked = new Set<string>();
  /** The greatest time that the identity has signed for a record or a revocation, in a look-up that was made. */
  signedSeconds = -1n;
  /** Keys that handshakes have shown since the device was last forgotten. */
  readonly shown = new Set<string>();
  /** When each key that is not the current one any more was replaced. */
  readonly replacedAtMs = new Map<string, number>();
  /** When a look-up last ended in an error: a key may have been replaced in it without being given. */
  refusedAtMs = Number.NEGATIVE_INFINITY;
  isRefused = false;
  /** The key that was given to a frequent contact last, and the time of its record. */
  trusted: { readonly noiseKey: Uint8Array; readonly recordMs: number } | undefined;
  /** When each key was given for the first time since the device was last forgotten. */
  readonly metAtMs = new Map<string, number>();

  /** The key that no handshake may replace by another one, whatever class of contacts it is for. */
  standing(nowMs: number): Uint8Array | undefined {
    const { noiseKey, recordMs } = this.trusted ?? {};
    if (noiseKey === undefined || recordMs === undefined) return undefined;
    const sinceMs = Math.min(recordMs, this.metAtMs.get(name(noiseKey)) ?? nowMs);
    return nowMs - sinceMs < 30 * DAY_MS ? noiseKey : undefined;
  }

  forget(): void {
    this.isRefused = false;
    this.trusted = undefined;
    this.shown.clear();
    this.metAtMs.clear();
  }
}

const name = (key: Uint8Array): string => hex.encode(key);

/** What a look-up has let everybody know. */
function learnt(model: Model, answer: DiscoveryResult, nowMs: number): void {
  const ahead = (seconds: bigint) => Number(seconds) * 1_000 > nowMs + 300_999;
  const stale = (seconds: bigint) => Number(seconds) * 1_000 < nowMs - 30 * DAY_MS - 999;
  for (const { revokedKey, timestampSeconds = 0n } of answer.revocations) {
    model.revoked.add(name(revokedKey));
    if (timestampSeconds > model.signedSeconds) model.signedSeconds = timestampSeconds;
  }
  if (answer.outcome !== 'found' || answer.record.freshness !== 'signed') return;
  const { timestampSeconds, noiseKey } = answer.record;
  if (ahead(timestampSeconds) || stale(timestampSeconds) || model.revoked.has(name(noiseKey))) return;
  if (timestampSeconds > model.signedSeconds) model.signedSeconds = timestampSeconds;
}

describe('createKeyFinder', () => {
  it('never gives a key that is revoked, expired, rolled back or in conflict, whatever happens in whatever order, restarts included [S2.2] [S2.3] [O5]', async () => {
    const seen = {
      given: 0,
      refused: 0,
      rotated: 0,
      degraded: 0,
      tofu: 0,
      compared: 0,
      codes: new Set<string>(),
    };
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = createWorld({ viewMs: 0 });
        world.clock.advance(9 * DAY_MS);
        const model = new Model();
        let { finder, cache } = world;
        let requireSignedFreshness = false;
        const call = (contact: ContactClass) => ({ device: DEVICE, contact });

        for (const step of all) {
          const asked = world.lookUps.length;
          let given: PeerKey | undefined;
          let code: string | undefined;
          try {
            if (step.do === 'wait') world.clock.advance(step.ms);
            if (step.do === 'restart' || step.do === 'restart strictly') {
              requireSignedFreshness = step.do === 'restart strictly';
              ({ finder, cache } = world.another({ viewMs: 0, policy: { requireSignedFreshness } }));
            }
            if (step.do === 'forget') await cache.forget(PEER, DEVICE);
            if (step.do === 'accept') await cache.accept(PEER, DEVICE, step.key, { contact: 'frequent' });
            if ('answer' in step) world.answer = step.answer;
            if (step.do === 'find') given = await finder.find(PEER, call(step.contact));
            if (step.do === 'learn') given = await finder.learn(PEER, step.key, call(step.contact));
            if (step.do === 'failed')
              given = await finder.handshakeFailed(PEER, step.key, call(step.contact));
          } catch (error) {
            if (!isCodedError(error) || !CODES.includes(error.code)) throw error;
            code = error.code;
            seen.codes.add(code);
            seen.refused += 1;
          }
          const nowMs = world.clock.now();
          const before = model.signedSeconds;
          if (world.lookUps.length > asked && 'answer' in step) learnt(model, step.answer, nowMs);
          if (world.lookUps.length > asked && code !== undefined) model.refusedAtMs = nowMs;
          if (step.do === 'forget' || (step.do === 'accept' && code === undefined)) {
            model.forget();
            if (step.do === 'accept') model.shown.add(name(step.key));
          }
          // A refusal that only the user can lift; of contacts of high security no conflict is kept.
          const isHigh = 'contact' in step && step.contact === 'high-security';
          if (model.isRefused && 'answer' in step) expect(code).toMatch(/CONFLICT|REVOKED/);
          if (code === 'DISCOVERY_KEY_CONFLICT' && !isHigh) model.isRefused = true;
          if (step.do === 'learn' && code === undefined) model.shown.add(name(step.key));
          const standing = model.standing(nowMs);
          if (step.do === 'learn' && standing !== undefined) {
            // In no class, the strictest included.
            if (given?.state === 'tofu') expect(given.noiseKey).toEqual(standing);
            if (!equalBytes(step.key, standing)) seen.compared += 1;
          }
          // A look-up that was refused may have shown another key.
          if (world.lookUps.length > asked && code !== undefined) model.trusted = undefined;
          if (given === undefined) continue;
          if (!model.metAtMs.has(name(given.noiseKey))) model.metAtMs.set(name(given.noiseKey), nowMs);
          const isStill = model.trusted !== undefined && given.from === 'discovery';
          if (isStill || ('contact' in step && step.contact === 'frequent')) {
            const recordMs = given.record ? Number(given.record.timestampSeconds) * 1_000 : nowMs;
            model.trusted = { noiseKey: given.noiseKey, recordMs };
          }

          seen.given += 1;
          const { noiseKey, formerKey, state, record, degraded, reason, from } = given;
          for (const key of [noiseKey, ...(formerKey ? [formerKey] : [])]) {
            expect(model.revoked.has(name(key))).toBe(false);
          }
          // In doubt the former key is not taken.
          expect(formerKey !== undefined).toBe(state === 'rotated' && given.lastValidatedMs !== undefined);
          expect(degraded).toBe(reason === 'unreachable' || (degraded && from === 'handshake'));
          if (record === undefined) {
            expect([state, model.shown.has(name(noiseKey))]).toEqual(['tofu', true]);
            seen.tofu += 1;
          } else {
            const ageMs = nowMs - Number(record.timestampSeconds) * 1_000;
            expect(ageMs).toBeLessThanOrEqual(30 * DAY_MS + 999);
            expect(ageMs).toBeGreaterThanOrEqual(-300_999);
            expect(record.noiseKey).toEqual(noiseKey);
            if (requireSignedFreshness) expect(record.freshness).toBe('signed');
            if (record.freshness === 'unsigned') expect(from === 'discovery' ? before : -1n).toBe(-1n);
            else if (from === 'discovery') expect(record.timestampSeconds).toBe(model.signedSeconds);
          }
          // Without one if the key before was revoked, or is none of this class of contacts.
          if (reason === 'rotated' && formerKey === undefined) model.refusedAtMs = nowMs;
          if (reason === 'rotated' && formerKey !== undefined) {
            expect(equalBytes(formerKey, noiseKey)).toBe(false);
            model.replacedAtMs.set(name(formerKey), nowMs);
            seen.rotated += 1;
          }
          if (formerKey !== undefined) {
            const overlapMs = nowMs - (model.replacedAtMs.get(name(formerKey)) ?? model.refusedAtMs);
            expect(overlapMs).toBeLessThan(7 * DAY_MS);
          }
          if (from === 'cache' && 'contact' in step)
            expect(CONTACT_POLICIES[step.contact].keepMs).toBeGreaterThan(0);
          if (degraded) seen.degraded += 1;
        }
        expect(world.clock.pending).toBe(0);
      }),
      { numRuns: RUNS },
    );
    expect(seen.given).toBeGreaterThan(RUNS);
    expect(seen.refused).toBeGreaterThan(RUNS);
    for (const rare of [seen.rotated, seen.degraded, seen.tofu, seen.compared])
      expect(rare).toBeGreaterThan(RUNS / 150);
    expect([...seen.codes].sort()).toEqual([...CODES].sort());
  });
});
