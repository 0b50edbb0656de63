import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import type { SettingFault } from '../../src/errors.ts';
import { PROFILE_NAMES } from '../../src/profiles/pattern-names.ts';
import { parsePolicySettings } from '../../src/selection/policy-settings.ts';
import { outcomeOf } from '../situations.ts';

const ARM = { name: 'a', weight: 1, prefer: 'IK' };
const withArms = (...arms: readonly unknown[]) => ({ experiment: { name: 'e', arms } });

const REFUSED: readonly (readonly [unknown, string, SettingFault])[] = [
  [undefined, '', 'not-an-object'],
  [null, '', 'not-an-object'],
  ['{}', '', 'not-an-object'],
  [[], '', 'not-an-object'],
  [new Map(), '', 'not-an-object'],
  [{ offf: {} }, 'offf', 'unknown-member'],
  [JSON.parse('{"__proto__": {"fallback": []}}'), '__proto__', 'unknown-member'],
  [{ ['x'.repeat(1_000)]: 1 }, 'x'.repeat(64), 'unknown-member'],
  [{ off: ['IK'] }, 'off', 'not-an-object'],
  [{ off: null }, 'off', 'not-an-object'],
  [{ off: { server: [] } }, 'off.server', 'unknown-member'],
  [{ off: { initiator: 'IK' } }, 'off.initiator', 'not-a-list'],
  [{ off: { initiator: ['IK', 'ik-raw'] } }, 'off.initiator[1]', 'unknown-pattern'],
  [{ off: { responder: ['toString'] } }, 'off.responder[0]', 'unknown-pattern'],
  [{ off: { responder: [0] } }, 'off.responder[0]', 'unknown-pattern'],
  [{ fallback: null }, 'fallback', 'not-a-list'],
  [{ fallback: { length: 0 } }, 'fallback', 'not-a-list'],
  [{ fallback: ['NN', 'NN'] }, 'fallback', 'duplicate'],
  [{ fallback: Array.from({ length: 6 }, () => 'IK') }, 'fallback', 'wrong-count'],
  [{ fallback: new Array(2) }, 'fallback[0]', 'unknown-pattern'],
  [{ experiment: null }, 'experiment', 'not-an-object'],
  [{ experiment: { arms: [ARM] } }, 'experiment.name', 'not-a-text'],
  [{ experiment: { name: '', arms: [ARM] } }, 'experiment.name', 'out-of-range'],
  [{ experiment: { name: 'x'.repeat(65), arms: [ARM] } }, 'experiment.name', 'out-of-range'],
  [{ experiment: { name: '\ud800', arms: [ARM] } }, 'experiment.name', 'out-of-range'],
  [{ experiment: { name: 'e' } }, 'experiment.arms', 'not-a-list'],
  [{ experiment: { name: 'e', arms: [ARM], seed: 1 } }, 'experiment.seed', 'unknown-member'],
  [withArms(), 'experiment.arms', 'wrong-count'],
  [
    withArms(...Array.from({ length: 17 }, (_, i) => ({ ...ARM, name: `${i}` }))),
    'experiment.arms',
    'wrong-count',
  ],
  [withArms(ARM, ARM), 'experiment.arms', 'duplicate'],
  [withArms({ ...ARM, share: 1 }), 'experiment.arms[0].share', 'unknown-member'],
  [withArms({ ...ARM, prefer: undefined }), 'experiment.arms[0].prefer', 'unknown-pattern'],
  [withArms(ARM, { ...ARM, name: 7 }), 'experiment.arms[1].name', 'not-a-text'],
  [withArms({ ...ARM, weight: '1' }), 'experiment.arms[0].weight', 'not-a-number'],
  ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY].map(
    (weight) => [withArms({ ...ARM, weight }), 'experiment.arms[0].weight', 'out-of-range'] as const,
  ),
  [
    withArms({ ...ARM, weight: Number.MAX_VALUE }, { name: 'b', weight: Number.MAX_VALUE, prefer: 'NN' }),
    'experiment.arms',
    'out-of-range',
  ],
];

describe('parsePolicySettings', () => {
  it('fills in what is not said: everything is on, and the fallback is IK', () => {
    expect(parsePolicySettings({})).toEqual({ off: { initiator: [], responder: [] }, fallback: ['IK'] });
  });

  it('reads every member as it is written, and its own result again [O2]', () => {
    const given = {
      off: { initiator: ['N'], responder: ['N', 'XX'] },
      fallback: ['IK', 'IK-raw'],
      experiment: { name: 'e', arms: [ARM, { name: 'b', weight: 0.5, prefer: 'NN' }] },
    };
    expect(parsePolicySettings(JSON.parse(JSON.stringify(given)))).toEqual(given);
    expect(parsePolicySettings(parsePolicySettings(given))).toEqual(given);
  });

  it('takes an empty fallback for what it says: none', () => {
    expect(parsePolicySettings({ fallback: [] }).fallback).toEqual([]);
  });

  it.each(REFUSED)('refuses %j and says where: %s, %s', (json, member, fault) => {
    expect(() => parsePolicySettings(json)).toThrow(
      expect.objectContaining({ code: 'PATTERNS_POLICY_INVALID', context: { member, fault } }),
    );
  });

  it('looks at the length of a list before it reads it', () => {
    const endless = { fallback: new Array(4_294_967_295) };
    expect(outcomeOf(() => parsePolicySettings(endless))).toBe('PATTERNS_POLICY_INVALID');
  });

  it('throws nothing else, not even for what is no JSON', () => {
    const hostile = [
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
      Object.defineProperty({}, 'fallback', {
        enumerable: true,
        get() {
          throw new Error('no');
        },
      }),
      Object.create(Object.create({ fallback: [] })),
      () => {},
      Symbol('settings'),
      1n,
    ];
    for (const json of hostile)
      expect(outcomeOf(() => parsePolicySettings(json))).toBe('PATTERNS_POLICY_INVALID');
  });

  it('gives settings or its one code for any JSON', () => {
    const near = fc.record(
      {
        off: fc.oneof(
          fc.jsonValue(),
          fc.dictionary(fc.constantFrom('initiator', 'responder', 'x'), fc.jsonValue()),
        ),
        fallback: fc.oneof(fc.jsonValue(), fc.array(fc.constantFrom(...PROFILE_NAMES, 'xx', null))),
        experiment: fc.oneof(
          fc.jsonValue(),
          fc.record({ name: fc.string(), arms: fc.array(fc.jsonValue()) }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (json) => {
        const settings = outcomeOf(() => parsePolicySettings(json));
        if (typeof settings === 'string') expect(settings).toBe('PATTERNS_POLICY_INVALID');
        else expect(Object.isFrozen(settings)).toBe(true);
      }),
      { numRuns: effort(1_000) },
    );
  });
});
