import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { PatternsError } from '../../src/errors.ts';
import { measureHandshake } from '../../src/selection/measurement.ts';
import { createPatternPolicy } from '../../src/selection/policy.ts';
import { brokenTelemetry, recordingTelemetry } from '../recorder.ts';
import { FRIENDS } from '../situations.ts';

const PEER = 'o4dksfbqk85ogzdb5osziw6befigbuxmuxkuxq8434q89uj56uyy';
const ARMS = [{ name: 'attested', weight: 1, prefer: 'NN' }] as const;

describe('measureHandshake', () => {
  it('counts and times a success by pattern and arm, and never names the peer [O6]', async () => {
    const { telemetry, measurements } = recordingTelemetry();
    const clock = new ManualClock(1_000);
    const policy = createPatternPolicy({ experiment: { name: 'attest', arms: ARMS } });
    const selection = policy.select(FRIENDS, { peer: PEER });
    const result = await measureHandshake(selection, 'initiator', { telemetry, clock }, async () => {
      clock.advance(12);
      return 'session';
    });
    const attributes = {
      pattern: 'NN',
      role: 'initiator',
      outcome: 'ok',
      experiment: 'attest',
      arm: 'attested',
    };
    expect(result).toBe('session');
    expect(measurements).toEqual([
      ['patterns.handshakes', 1, attributes],
      ['patterns.handshake_ms', 12, attributes],
    ]);
    expect(JSON.stringify(measurements)).not.toContain(PEER);
  });

  it('counts failures by their code and passes them on', async () => {
    const failures = [
      [new PatternsError('PATTERNS_REPLAYED'), 'PATTERNS_REPLAYED'],
      [Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), 'uncoded'],
      [undefined, 'uncoded'],
    ] as const;
    for (const [failure, outcome] of failures) {
      const { telemetry, measurements } = recordingTelemetry();
      const clock = new ManualClock();
      const work = measureHandshake(
        { pattern: 'IK', arm: undefined },
        'responder',
        { telemetry, clock },
        () => {
          clock.advance(3);
          throw failure;
        },
      );
      await expect(work).rejects.toBe(failure);
      const attributes = { pattern: 'IK', role: 'responder', outcome };
      expect(measurements).toEqual([
        ['patterns.handshakes', 1, attributes],
        ['patterns.handshake_ms', 3, attributes],
      ]);
    }
  });

  it('never records a negative time', async () => {
    const { telemetry, measurements } = recordingTelemetry();
    const times = [1_000, 900];
    const clock = { ...new ManualClock(), now: () => times.shift() as number, schedule: () => () => {} };
    await measureHandshake(
      { pattern: 'IK', arm: undefined },
      'initiator',
      { telemetry, clock },
      async () => {},
    );
    expect(measurements[1]?.[1]).toBe(0);
  });

  it.each([
    ['from the start', 0],
    ['at the end', 1],
  ])('loses no finished handshake to a clock that breaks %s', async (_, breaksAt) => {
    const selection = { pattern: 'IK', arm: undefined } as const;
    const broken = [
      () => {
        throw new Error('the clock is broken');
      },
      () => Number.NaN,
    ];
    for (const breaks of broken) {
      const { telemetry, measurements } = recordingTelemetry();
      let asked = 0;
      const clock = { now: () => (asked++ < breaksAt ? 5 : breaks()), schedule: () => () => undefined };
      const ports = { telemetry, clock };
      expect(await measureHandshake(selection, 'initiator', ports, async () => 7)).toBe(7);
      asked = 0;
      const failure = new PatternsError('PATTERNS_REPLAYED');
      const failed = measureHandshake(selection, 'initiator', ports, () => Promise.reject(failure));
      await expect(failed).rejects.toBe(failure);
      // Counted, but not timed.
      expect(measurements.map(([name, , attributes]) => [name, attributes?.['outcome']])).toEqual([
        ['patterns.handshakes', 'ok'],
        ['patterns.handshakes', 'PATTERNS_REPLAYED'],
      ]);
    }
  });

  it('changes nothing for the handshake when the telemetry is broken', async () => {
    const ports = { telemetry: brokenTelemetry, clock: new ManualClock() };
    const selection = { pattern: 'IK', arm: undefined } as const;
    expect(await measureHandshake(selection, 'initiator', ports, async () => 7)).toBe(7);
    const failure = new PatternsError('PATTERNS_REPLAYED');
    const failed = measureHandshake(selection, 'initiator', ports, () => Promise.reject(failure));
    await expect(failed).rejects.toBe(failure);
  });
});
