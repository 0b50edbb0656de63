import { describe, expect, it } from 'vitest';
import {
  type NegotiationRole,
  type NegotiationStep,
  nextState,
  startNegotiation,
  TRANSITIONS,
} from '../src/index.ts';
import { thrown } from './fixtures.ts';

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;
const next = nextState as (role: string, state: string, event: string) => string;

const pairs = Object.entries(TRANSITIONS).flatMap(([role, table]) => {
  const states = Object.keys(table);
  const events = [...new Set(Object.values(table as Table).flatMap((row) => Object.keys(row)))];
  return states.flatMap((state) =>
    [...events, 'constructor', '__proto__'].map((event) => ({ role, table: table as Table, state, event })),
  );
});

describe('nextState', () => {
  it.each(pairs)(
    '[P2] $role: $state + $event follows the table or throws',
    ({ role, table, state, event }) => {
      const row = table[state]!;
      if (Object.hasOwn(row, event)) {
        expect(next(role, state, event)).toBe(row[event]);
        expect(Object.hasOwn(table, row[event]!)).toBe(true);
      } else {
        expect(thrown(() => next(role, state, event))).toEqual({
          code: 'PAYKIT_ILLEGAL_TRANSITION',
          context: { role, state, event },
        });
      }
    },
  );

  it('refuses a state that is none', () => {
    expect(thrown(() => next('payer', 'constructor', 'request')).code).toBe('PAYKIT_ILLEGAL_TRANSITION');
  });

  it('has pairs of both roles, and every state but the first is reached', () => {
    expect(pairs).toHaveLength(6 * (6 + 2) + 7 * (7 + 2));
    for (const table of Object.values(TRANSITIONS) as Table[]) {
      const reached = new Set(Object.values(table).flatMap((row) => Object.values(row)));
      expect([...reached, 'idle'].sort()).toEqual(Object.keys(table).sort());
    }
  });

  it('lets nothing out of confirmed, refused and failed', () => {
    for (const role of Object.keys(TRANSITIONS) as NegotiationRole[]) {
      for (const state of ['confirmed', 'refused', 'failed'] as const)
        expect(TRANSITIONS[role][state]).toEqual({});
    }
  });
});

describe('startNegotiation', () => {
  it('tells the observer each step and stays where it is after an illegal one', () => {
    const steps: NegotiationStep[] = [];
    const negotiation = startNegotiation('payer', (step) => steps.push(step));
    negotiation.apply('request');
    expect(thrown(() => negotiation.apply('store')).code).toBe('PAYKIT_ILLEGAL_TRANSITION');
    expect(negotiation.state).toBe('requested');
    expect(steps).toEqual([{ role: 'payer', from: 'idle', event: 'request', to: 'requested' }]);
  });
});
