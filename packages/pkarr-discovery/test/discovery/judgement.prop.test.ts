import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { judge } from '../../src/discovery/judgement.ts';
import { recordJudge, type Statement, statementsOf } from '../../src/discovery/statement.ts';
import type { DiscoveryResult, RollBackMemory } from '../../src/index.ts';
import { NOTHING_REMEMBERED } from '../../src/index.ts';
import { filled } from '../bytes.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';

/** One record, told from what it says instead of by the code that is tested. */
interface Fact {
  readonly kind: 'key' | 'revocation' | 'unsigned-revocation' | 'other';
  readonly signed: boolean;
  readonly key: number;
  /** After the first one. */
  readonly seconds: number;
  readonly statement: Statement;
}

const RULE = { clock: clockAt(STAMPED + 3n) };
const KINDS = [
  ['key', true, {}],
  ['key', false, { unsigned: true }],
  ['revocation', true, { revoked: true }],
  ['unsigned-revocation', false, { revoked: true, unsigned: true }],
] as const;

async function factOf(text: string, fact: Omit<Fact, 'statement'>): Promise<Fact> {
  const asked = { identity: OWNER.publicKey, device: DEVICE };
  const given = [{ source: 'source', value: [encodeUtf8(text)] }];
  const [statement] = statementsOf(given, recordJudge(asked, RULE));
  if (statement === undefined) throw new Error('no statement');
  expect(fact.kind === 'other' || statement.kind === fact.kind).toBe(true);
  return { ...fact, statement };
}

/** Everything three keys can say in four seconds. */
const RECORDS: readonly Fact[] = await Promise.all(
  [3, 4, 5].flatMap((key) =>
    [0, 1, 2, 3].flatMap((seconds) =>
      KINDS.map(async ([kind, signed, change]) => {
        const text = await recordText({
          noiseKey: filled(key),
          timestampSeconds: STAMPED + BigInt(seconds),
          ...change,
        });
        return factOf(text, { kind, signed, key, seconds });
      }),
    ),
  ),
);
const UNUSABLE = [
  [true, recordText({ timestampSeconds: STAMPED - 2_592_001n })],
  [true, recordText({ timestampSeconds: STAMPED + 304n })],
  [false, recordText({ timestampSeconds: STAMPED - 2_592_001n, unsigned: true })],
  [false, recordText({ signer: numbered(2) })],
  [false, 'nonsense'],
] as const;
/** Records of no use, of which those that are signed show all the same that the device signs. */
const JUNK: readonly Fact[] = await Promise.all(
  UNUSABLE.map(async ([signed, text]) => factOf(await text, { kind: 'other', signed, key: 0, seconds: 0 })),
);

type SourceState = readonly Fact[] | 'failed';

const source: fc.Arbitrary<SourceState> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...RECORDS, ...JUNK), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant('failed' as const) },
);
const look = fc.array(source, { minLength: 1, maxLength: 4 });
const looks = fc.array(look, { minLength: 1, maxLength: 6 });

function answersOf(sources: readonly SourceState[]) {
  return {
    statements: sources.flatMap((state, index): Statement[] => {
      if (state === 'failed') return [];
      if (state.length === 0) return [{ source: `${index}`, kind: 'absence' }];
      return state.map(({ statement }) => ({ ...statement, source: `${index}` }));
    }),
    failed: sources.flatMap((state, index) =>
      state === 'failed' ? [{ source: `${index}`, error: offline() as never }] : [],
    ),
    trustAbsence: false,
  };
}

function visible(sources: readonly SourceState[]): readonly Fact[] {
  return sources.flatMap((state) => (state === 'failed' ? [] : state));
}

/** What a result comes to, whoever said it. */
function essence(result: DiscoveryResult): readonly unknown[] {
  if (result.outcome === 'found') return ['found', result.record.text];
  return 'revokedKey' in result ? ['revoked', hex.encode(result.revokedKey)] : [result.outcome];
}

/** The key of the record that has to be found by somebody who has seen nothing before; undefined if none may be. */
function expectedKey(facts: readonly Fact[]): number | undefined {
  const keys = facts.filter(({ kind }) => kind === 'key');
  const signed = keys.filter((fact) => fact.signed);
  const signs = facts.some((fact) => fact.kind !== 'revocation' && fact.signed);
  const eligible = signs ? signed : keys;
  const latest = Math.max(...eligible.map(({ seconds }) => seconds));
  const [best] = eligible.filter(({ seconds }) => seconds === latest).sort((a, b) => b.key - a.key);
  if (best === undefined) return undefined;
  const isShutOut = facts.some(
    ({ kind, key, seconds }) =>
      (kind === 'revocation' || (kind === 'unsigned-revocation' && !signs)) &&
      (key === best.key || seconds >= best.seconds || (kind === 'revocation' && !best.signed)),
  );
  return isShutOut ? undefined : best.key;
}

describe('judge', () => {
  it('takes the newest key, whatever the order and whichever sources fail', () => {
    fc.assert(
      fc.property(look, (sources) => {
        const { result } = judge(NOTHING_REMEMBERED, answersOf(sources));
        const key = result.outcome === 'found' ? result.record.noiseKey[0] : undefined;
        expect(key).toBe(expectedKey(visible(sources)));
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('decides and remembers the same in whatever order the sources are told', () => {
    const shuffled = looks.chain((history) =>
      fc.tuple(
        fc.constant(history),
        fc.tuple(
          ...history.map((sources) => fc.shuffledSubarray([...sources], { minLength: sources.length })),
        ),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([history, other]) => {
        let [memory, otherMemory]: RollBackMemory[] = [NOTHING_REMEMBERED, NOTHING_REMEMBERED];
        history.forEach((sources, index) => {
          const one = judge(memory as RollBackMemory, answersOf(sources));
          const two = judge(otherMemory as RollBackMemory, answersOf(other[index] as SourceState[]));
          [memory, otherMemory] = [one.memory, two.memory];
          expect(two.memory).toEqual(one.memory);
          // Of several unsigned revocations any may be the one that is named.
          if (one.result.outcome !== 'revoked') expect(essence(two.result)).toEqual(essence(one.result));
          else expect(two.result.outcome).toBe('revoked');
        });
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('never gives out a key whose signed revocation was seen, in whichever source and look-up [S2.3]', () => {
    fc.assert(
      fc.property(looks, (history) => {
        let memory = NOTHING_REMEMBERED;
        const revoked = new Set<number>();
        for (const sources of history) {
          const facts = visible(sources);
          for (const { kind, key } of facts) if (kind === 'revocation') revoked.add(key);
          const judgement = judge(memory, answersOf(sources));
          memory = judgement.memory;
          const { result } = judgement;
          if (result.outcome === 'found') {
            const key = result.record.noiseKey[0] as number;
            expect(revoked.has(key)).toBe(false);
            const isDenied = facts.some((fact) => fact.kind === 'unsigned-revocation' && fact.key === key);
            // What anybody may have written counts as long as the device signs nothing.
            if (isDenied) expect(result.record.freshness).toBe('signed');
          }
          const told = result.revocations.map(({ revokedKey }) => revokedKey[0]);
          const seen = facts.filter(({ kind }) => kind === 'revocation').map(({ key }) => key);
          expect(new Set(told)).toEqual(new Set(seen));
        }
        expect(new Set(memory.revokedKeys)).toEqual(
          new Set([...revoked].map((key) => hex.encode(filled(key)))),
        );
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('never takes an unsigned key once the device has signed anything at all, usable or not (P8 W-09) [S2.3]', () => {
    fc.assert(
      fc.property(looks, (history) => {
        let memory = NOTHING_REMEMBERED;
        let signs = false;
        for (const sources of history) {
          signs ||= visible(sources).some(({ signed }) => signed);
          const judgement = judge(memory, answersOf(sources));
          memory = judgement.memory;
          const { result } = judgement;
          if (result.outcome === 'found' && signs) expect(result.record.freshness).toBe('signed');
          expect(memory.newest?.freshness === 'signed').toBe(signs);
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('never lets an older key replace a newer one, nor an unsigned one a signed one [S2.3]', () => {
    fc.assert(
      fc.property(looks, (history) => {
        let memory = NOTHING_REMEMBERED;
        let before: { signed: boolean; seconds: bigint; key: number } | undefined;
        for (const sources of history) {
          const judgement = judge(memory, answersOf(sources));
          memory = judgement.memory;
          if (judgement.result.outcome !== 'found') continue;
          const { freshness, timestampSeconds, noiseKey } = judgement.result.record;
          const now = {
            signed: freshness === 'signed',
            seconds: timestampSeconds,
            key: noiseKey[0] as number,
          };
          if (before?.signed) expect(now.signed).toBe(true);
          if (before?.signed === now.signed) {
            expect(now.seconds >= before.seconds).toBe(true);
            if (now.seconds === before.seconds) expect(now.key).toBe(before.key);
          }
          before = now;
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('tells of every source: it agrees, it says something else, or it failed', () => {
    fc.assert(
      fc.property(look, (sources) => {
        const answers = answersOf(sources);
        const { result } = judge(NOTHING_REMEMBERED, answers);
        expect(result.failed).toEqual(answers.failed);
        const objecting = new Set(result.disagreements.map(({ source: name }) => name));
        sources.forEach((state, index) => {
          if (state === 'failed' || objecting.has(`${index}`)) return;
          const names = state.map(({ statement }) => statement);
          if (result.outcome === 'found') {
            const texts = names.map((one) => ('record' in one ? one.record.text : undefined));
            expect(texts).toContain(result.record.text);
          } else if (result.outcome === 'absent' || result.outcome === 'unreachable') {
            expect(names).toEqual([]);
          } else expect(names.length).toBeGreaterThan(0);
        });
        if (result.outcome === 'absent') expect(result.failed).toEqual([]);
        if (result.outcome === 'unreachable') expect(result.failed.length).toBeGreaterThan(0);
      }),
      { numRuns: effort(2_000) },
    );
  });
});
