import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { offerProfiles } from '../../src/handshake/negotiation.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { IK } from '../../src/profiles/ik.ts';
import { IK_RAW } from '../../src/profiles/ik-raw.ts';
import { PROFILE_NAMES } from '../../src/profiles/pattern-names.ts';
import { createPatternPolicy } from '../../src/selection/policy.ts';
import type { PolicyEvent } from '../../src/selection/policy-events.ts';
import type { PolicySettings } from '../../src/selection/policy-settings.ts';
import type { Requirement } from '../../src/selection/requirements.ts';
import { selectPattern } from '../../src/selection/selection.ts';
import type { Situation } from '../../src/selection/situation.ts';
import { brokenTelemetry, recordingTelemetry } from '../recorder.ts';
import { DONOR, FRIENDS, outcomeOf, SITUATIONS } from '../situations.ts';

const OFFLINE: Situation = { ...FRIENDS, ownIdentity: 'cold' };
const FIRST_CONTACT: Situation = { ...FRIENDS, remoteKey: 'unknown', remoteIdentityKnown: false };

/** A policy with everything it tells. */
function observed(settings?: PolicySettings, startMs = 0) {
  const events: PolicyEvent[] = [];
  const { telemetry, measurements } = recordingTelemetry();
  const clock = new ManualClock(startMs);
  const policy = createPatternPolicy(settings, { telemetry, clock, onEvent: (event) => events.push(event) });
  return { policy, events, measurements, clock };
}

describe('createPatternPolicy', () => {
  it('says what the rules say while everything is on [S3.2]', () => {
    const { policy, events, measurements } = observed();
    for (const situation of SITUATIONS) {
      const ruled = outcomeOf(() => selectPattern(situation));
      const selected = outcomeOf(() => policy.select(situation));
      if (typeof ruled === 'string') expect(selected).toBe(ruled);
      else expect(selected).toEqual({ ...ruled, wanted: ruled.pattern, degraded: false });
    }
    expect([events, measurements]).toEqual([[], []]);
  });

  it('switches patterns off and on while it runs, each direction by itself [O2]', () => {
    const policy = createPatternPolicy({ off: { initiator: ['XX'], responder: ['N', 'IK-raw'] } });
    const on = (role: 'initiator' | 'responder') => PROFILE_NAMES.filter((name) => policy.allows(name, role));
    expect(on('initiator')).toEqual(['IK', 'IK-raw', 'N', 'NN']);
    expect(on('responder')).toEqual(['IK', 'NN', 'XX']);
    policy.update({ off: { responder: ['XX'] } });
    expect(on('initiator')).toEqual(PROFILE_NAMES);
    expect(on('responder')).toEqual(['IK', 'IK-raw', 'N', 'NN']);
  });

  it('makes a listener refuse a pattern on its byte from then on [O2] (P8 W-59)', () => {
    using noiseKey = deriveNoiseKeyPair(new Uint8Array(32).fill(7), 'listener');
    const policy = createPatternPolicy();
    const offer = offerProfiles({ profiles: [IK, IK_RAW], noiseKey, policy });
    const accepts = (byte: number) => {
      const handshake = offer(byte);
      handshake?.destroy();
      return handshake !== undefined;
    };
    expect([accepts(IK.byte), accepts(IK_RAW.byte)]).toEqual([true, true]);
    policy.update({ off: { responder: ['IK-raw'] } });
    expect([accepts(IK.byte), accepts(IK_RAW.byte)]).toEqual([true, false]);
    policy.update({ off: { initiator: ['IK'] } });
    expect([accepts(IK.byte), accepts(IK_RAW.byte)]).toEqual([true, true]);
  });

  it('allows no pattern that does not exist', () => {
    expect(createPatternPolicy().allows('toString' as 'IK', 'responder')).toBe(false);
  });

  it('falls back to IK when the wanted pattern is off, and tells the application [O2]', () => {
    const { policy, events, measurements, clock } = observed({ off: { initiator: ['IK-raw'] } }, 1_000);
    // The signer is at hand, but an experiment prefers IK-raw for everybody.
    const arms = [{ name: 'all', weight: 1, prefer: 'IK-raw' }] as const;
    policy.update({ ...policy.settings, experiment: { name: 'raw', arms } });
    clock.advance(500);
    expect(policy.select(FRIENDS, { peer: 'friend' })).toMatchObject({
      pattern: 'IK',
      wanted: 'IK-raw',
      rule: 'fallback',
      degraded: true,
      because: 'switched-off',
      arm: { experiment: 'raw', name: 'all' },
    });
    const degraded = { wanted: 'IK-raw', used: 'IK', role: 'initiator', because: 'switched-off' };
    expect(events).toEqual([{ kind: 'degraded', ...degraded, atMs: 1_500 }]);
    expect(measurements).toEqual([['patterns.selections_degraded', 1, degraded]]);
  });

  it('goes along the fallback in its order [O2]', () => {
    const policy = createPatternPolicy({ off: { initiator: ['IK'] }, fallback: ['XX', 'IK-raw'] });
    expect(policy.select(FRIENDS).pattern).toBe('XX');
    policy.update({ off: { initiator: ['IK', 'XX'] }, fallback: ['XX', 'IK-raw'] });
    expect(policy.select(FRIENDS).pattern).toBe('IK-raw');
  });

  it('passes over what is not possible: no IK without a signer', () => {
    const policy = createPatternPolicy({ off: { initiator: ['IK-raw'] }, fallback: ['IK', 'NN', 'XX'] });
    expect(policy.select(OFFLINE).pattern).toBe('XX');
  });

  it('tells every degraded selection, and once that the pattern is back [O2]', () => {
    const { policy, events, measurements } = observed({ off: { initiator: ['IK'] }, fallback: ['IK-raw'] });
    policy.select(FRIENDS);
    policy.select(FRIENDS, { require: 'mutual-identity' });
    policy.update({});
    policy.select(OFFLINE);
    expect(events.map(({ kind }) => kind)).toEqual(['degraded', 'degraded']);
    policy.select(FRIENDS, { require: 'answer' });
    policy.select(FRIENDS);
    expect(events.slice(2)).toEqual([{ kind: 'recovered', wanted: 'IK', role: 'initiator', atMs: 0 }]);
    expect(measurements.map(([name]) => name)).toEqual([
      'patterns.selections_degraded',
      'patterns.selections_degraded',
      'patterns.selections_recovered',
    ]);
  });

  it('takes back what was lacking for those alone who demand the same', () => {
    const { policy, events } = observed({ fallback: ['NN'] });
    const pinned: Situation = { ...FRIENDS, remoteKey: 'pinned' };
    expect(policy.select(pinned, { require: 'server-identity' })).toMatchObject({
      pattern: 'NN',
      wanted: 'IK',
      because: 'requirement',
    });
    policy.select(pinned);
    expect(events.map(({ kind }) => kind)).toEqual(['degraded']);
    policy.select(FRIENDS, { require: 'server-identity' });
    expect(events.map(({ kind }) => kind)).toEqual(['degraded', 'recovered']);
  });

  it('never falls back from N to a pattern that names the payer', () => {
    const policy = createPatternPolicy({
      off: { initiator: ['N'] },
      fallback: ['IK', 'IK-raw', 'XX', 'NN'],
    });
    expect(policy.select(DONOR)).toMatchObject({ pattern: 'NN', throwAway: true });
    expect(() => policy.select({ ...DONOR, remoteIdentityKnown: false })).toThrow(
      expect.objectContaining({
        code: 'PATTERNS_NO_PATTERN_ALLOWED',
        context: { wanted: 'N', because: 'switched-off', missing: 'client-anonymity' },
      }),
    );
  });

  it('never falls back to one direction where an answer is needed', () => {
    const policy = createPatternPolicy({ off: { initiator: ['NN'] }, fallback: ['N'] });
    expect(outcomeOf(() => policy.select({ ...DONOR, answerNeeded: true }))).toBe(
      'PATTERNS_NO_PATTERN_ALLOWED',
    );
    expect(outcomeOf(() => policy.select(FRIENDS, { require: 'client-anonymity' }))).toBe(
      'PATTERNS_NO_PATTERN_ALLOWED',
    );
  });

  it('takes a demand for anonymity or an answer as part of the situation', () => {
    const policy = createPatternPolicy();
    expect(policy.select({ ...FRIENDS, answerNeeded: false }, { require: 'client-anonymity' })).toMatchObject(
      { pattern: 'N', throwAway: true, degraded: false },
    );
    expect(policy.select(DONOR, { require: ['answer'] }).pattern).toBe('NN');
  });

  it.each([
    [FIRST_CONTACT, 'server-key', 'XX'],
    [{ ...FRIENDS, remoteKey: 'pinned', remoteIdentityKnown: false }, 'mutual-identity', 'IK'],
    [{ ...FRIENDS, ownIdentity: 'none' }, 'client-identity', 'IK-raw'],
    [{ ...DONOR, remoteIdentityKnown: false }, 'forward-secrecy', 'N'],
    [DONOR, 'client-identity', 'N'],
  ] as const)('refuses %j where %s is demanded, which nothing gives', (situation, require, wanted) => {
    const policy = createPatternPolicy({ fallback: PROFILE_NAMES });
    expect(() => policy.select(situation, { require })).toThrow(
      expect.objectContaining({
        code: 'PATTERNS_NO_PATTERN_ALLOWED',
        context: expect.objectContaining({ wanted, because: 'requirement' }),
      }),
    );
  });

  it('names the demands that nothing gives, or all if nothing gives them together', () => {
    const missing = (
      situation: Situation,
      require: readonly Requirement[],
      settings: PolicySettings = {},
    ) => {
      try {
        createPatternPolicy({ fallback: PROFILE_NAMES, ...settings }).select(situation, { require });
        return undefined;
      } catch (error) {
        return (error as { readonly context: { readonly missing: string } }).context.missing;
      }
    };
    expect(missing(FIRST_CONTACT, ['forward-secrecy', 'server-key', 'server-identity'])).toBe(
      'server-identity, server-key',
    );
    const unnamed: Situation = { ...FRIENDS, remoteIdentityKnown: false, answerNeeded: false };
    expect(missing(unnamed, ['client-anonymity', 'forward-secrecy'], { fallback: ['N'] })).toBe(
      'forward-secrecy',
    );
    // N keeps the payer unnamed, and IK would be forward secret.
    expect(missing(unnamed, ['client-anonymity', 'forward-secrecy'])).toBe(
      'client-anonymity, forward-secrecy',
    );
    const all = { off: { initiator: PROFILE_NAMES } };
    expect(missing(FRIENDS, [], all)).toBe('any pattern that is possible here');
    const shared = { off: { initiator: ['NN'] }, fallback: ['IK', 'N'] } as const;
    expect(missing(DONOR, ['server-key', 'forward-secrecy'], shared)).toBe(
      'client-anonymity, forward-secrecy, server-key',
    );
  });

  it('goes to the rules before the fallback when the preference of an arm is off [O6]', () => {
    const arms = [{ name: 'all', weight: 1, prefer: 'XX' }] as const;
    const policy = createPatternPolicy({ off: { initiator: ['XX'] }, experiment: { name: 'x', arms } });
    expect(policy.select(OFFLINE, { peer: 'friend' })).toMatchObject({
      pattern: 'IK-raw',
      wanted: 'XX',
      because: 'switched-off',
    });
  });

  it('follows an arm where it can, and the rules where not [O6]', () => {
    const arms = [{ name: 'all', weight: 1, prefer: 'NN' }] as const;
    const policy = createPatternPolicy({ experiment: { name: 'attest', arms } });
    const arm = { experiment: 'attest', name: 'all' };
    const followed = { pattern: 'NN', rule: 'experiment', degraded: false, arm };
    expect(policy.select(FRIENDS, { peer: 'friend' })).toMatchObject(followed);
    expect(policy.select({ ...FRIENDS, remoteIdentityKnown: false }, { peer: 'friend' })).toMatchObject({
      pattern: 'IK',
      degraded: false,
      arm,
    });
    expect(policy.select(FRIENDS)).toMatchObject({ pattern: 'IK', arm: undefined });
  });

  it('keeps an arm from naming one who stays unnamed', () => {
    const arms = [{ name: 'all', weight: 1, prefer: 'IK' }] as const;
    const policy = createPatternPolicy({ experiment: { name: 'named', arms } });
    expect(policy.select(DONOR, { peer: 'shelter' })).toMatchObject({ pattern: 'N', degraded: false });
  });

  it('keeps what is in force when an update is refused [O2]', () => {
    const policy = createPatternPolicy({ off: { initiator: ['XX'] } });
    const before = policy.settings;
    const wrong = { off: { initiator: [], responder: ['XX', 'IQ'] } } as unknown as PolicySettings;
    expect(outcomeOf(() => policy.update(wrong))).toBe('PATTERNS_POLICY_INVALID');
    expect(policy.settings).toBe(before);
    expect(policy.allows('XX', 'initiator')).toBe(false);
  });

  it('copies its settings', () => {
    const off = ['XX' as const];
    const policy = createPatternPolicy({ off: { initiator: off } });
    off.pop();
    expect(policy.allows('XX', 'initiator')).toBe(false);
    expect(Object.isFrozen(policy.settings.off.initiator)).toBe(true);
  });

  it('selects though those who are told throw, at once or later [O2]', async () => {
    const broken = [
      () => {
        throw new Error('the listener is broken');
      },
      () => Promise.reject(new Error('the listener is broken')),
    ];
    for (const onEvent of broken) {
      const { telemetry, measurements } = recordingTelemetry();
      const settings = { off: { initiator: ['IK'] }, fallback: ['IK-raw'] } as const;
      expect(createPatternPolicy(settings, { telemetry, onEvent }).select(FRIENDS).pattern).toBe('IK-raw');
      expect(
        createPatternPolicy(settings, { telemetry: brokenTelemetry, onEvent }).select(FRIENDS).degraded,
      ).toBe(true);
      expect(measurements[0]?.[0]).toBe('patterns.selections_degraded');
    }
  });

  it('chooses also when the clock is broken, and counts that nobody was told', () => {
    const { telemetry, measurements } = recordingTelemetry();
    const events: unknown[] = [];
    const clock = {
      now: () => {
        throw new Error('the clock is broken');
      },
      schedule: () => () => undefined,
    };
    const ports = { telemetry, clock, onEvent: (event: unknown) => events.push(event) };
    const policy = createPatternPolicy({ off: { initiator: ['IK'] }, fallback: ['IK-raw'] }, ports);
    expect(policy.select(FRIENDS).pattern).toBe('IK-raw');
    expect(events).toEqual([]);
    expect(measurements.at(-1)).toEqual(['patterns.policy_listener_failed', 1, { kind: 'degraded' }]);
  });

  it('counts listeners that throw, which nobody would hear of otherwise', () => {
    const { telemetry, measurements } = recordingTelemetry();
    const onEvent = () => {
      throw new Error('the listener is broken');
    };
    createPatternPolicy({ off: { initiator: ['IK'] }, fallback: ['IK-raw'] }, { telemetry, onEvent }).select(
      FRIENDS,
    );
    expect(measurements.at(-1)).toEqual(['patterns.policy_listener_failed', 1, { kind: 'degraded' }]);
  });

  it('refuses a situation without a member rather than name its caller', () => {
    const policy = createPatternPolicy();
    for (const member of Object.keys(DONOR)) {
      const forgotten = { ...DONOR, [member]: undefined } as unknown as Situation;
      expect(() => policy.select(forgotten)).toThrow(TypeError);
    }
  });

  it('refuses a requirement that is none, before anything is chosen', () => {
    const policy = createPatternPolicy();
    expect(() => policy.select(FRIENDS, { require: 'privacy' as Requirement })).toThrow(TypeError);
  });
});
