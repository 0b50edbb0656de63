import { describe, expect, it } from 'vitest';
import { KEY_TRANSITIONS, type KeyEvent, type KeyState, nextKeyState } from '../../src/cache/key-state.ts';
import { thrownBy } from '../bytes.ts';

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;
const table: Table = KEY_TRANSITIONS;
const next = nextKeyState as (state: string, event: string) => string;
const STATES = Object.keys(table) as KeyState[];
const EVENTS = [...new Set(Object.values(table).flatMap((row) => Object.keys(row)))] as KeyEvent[];
const PAIRS = STATES.flatMap((state) =>
  [...EVENTS, 'constructor', '__proto__', ''].map((event) => ({ state, event })),
);

describe('nextKeyState', () => {
  it('has the eight states of P8 §4.5 and eleven events', () => {
    expect([...STATES].sort()).toEqual([
      'conflict',
      'due',
      'expired',
      'revoked',
      'rotated',
      'tofu',
      'unknown',
      'verified',
    ]);
    expect([...EVENTS].sort()).toEqual([
      'agree',
      'disagree',
      'doubt',
      'expire',
      'fall-due',
      'forget',
      'miss',
      'revoke',
      'settle',
      'supersede',
      'trust',
    ]);
    expect(PAIRS).toHaveLength(8 * (11 + 3));
  });

  it.each(PAIRS)('$state + "$event" follows the table or throws', ({ state, event }) => {
    const row = table[state]!;
    if (Object.hasOwn(row, event)) {
      expect(next(state, event)).toBe(row[event]);
      expect(STATES).toContain(row[event]);
    } else {
      expect(thrownBy(() => next(state, event))).toMatchObject({
        code: 'DISCOVERY_ILLEGAL_KEY_EVENT',
        context: { state, event },
      });
    }
  });

  it('refuses a state that is none', () => {
    for (const state of ['constructor', '__proto__', '']) {
      expect(thrownBy(() => next(state, 'forget')).code).toBe('DISCOVERY_ILLEGAL_KEY_EVENT');
    }
  });

  it.each([
    ['unknown', 'trust', 'tofu'],
    ['unknown', 'agree', 'verified'],
    ['unknown', 'disagree', 'conflict'],
    ['tofu', 'agree', 'verified'],
    ['tofu', 'disagree', 'conflict'],
    ['tofu', 'expire', 'expired'],
    ['verified', 'fall-due', 'due'],
    ['verified', 'expire', 'expired'],
    ['due', 'agree', 'verified'],
    ['due', 'supersede', 'rotated'],
    ['due', 'miss', 'due'],
    ['rotated', 'settle', 'verified'],
    ['expired', 'forget', 'unknown'],
    ['due', 'disagree', 'conflict'],
    ['verified', 'revoke', 'revoked'],
  ] as const)('goes from %s by %s to %s, as P8 §4.5 says', (state, event, to) => {
    expect(nextKeyState(state, event)).toBe(to);
  });

  it('lets nothing but the user lead out of conflict and revoked [S2.3]', () => {
    for (const event of EVENTS) {
      const fromRevoked = table['revoked']![event];
      const fromConflict = table['conflict']![event];
      if (event === 'forget') {
        expect([fromRevoked, fromConflict]).toEqual(['unknown', 'unknown']);
        continue;
      }
      expect(fromRevoked ?? 'revoked').toBe('revoked');
      expect(['conflict', 'revoked']).toContain(fromConflict ?? 'conflict');
    }
  });

  it('lets every state be forgotten, and every key be revoked [O4]', () => {
    for (const state of STATES) {
      expect(nextKeyState(state, 'forget')).toBe('unknown');
      expect(nextKeyState(state, 'revoke')).toBe(state === 'unknown' ? 'unknown' : 'revoked');
    }
  });

  it('reaches every state from the first', () => {
    const reached = new Set<string>(['unknown']);
    for (const state of reached) for (const to of Object.values(table[state]!)) reached.add(to);
    expect([...reached].sort()).toEqual([...STATES].sort());
  });
});
