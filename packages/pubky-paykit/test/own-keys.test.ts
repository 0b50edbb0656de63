import { parseKeyRecord } from '@pubky-paykit/pkarr-discovery';
import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  deriveFromSeed,
  KEY_POLICIES,
  keepOwnKeys,
  type OwnKeysOptions,
  Secret,
} from '../src/index.ts';
import { codeOf, payeeIdentity } from './peers.ts';
import { countingTelemetry, DAY_MS, ModelTarget, quietNetwork, START_MS, settled } from './wiring.ts';

const HOUR_MS = 3_600_000;

/** The keys of a device whose packet and one further target can be published to. */
async function open(options: Partial<OwnKeysOptions> = {}) {
  const clock = new ManualClock(START_MS);
  const target = new ModelTarget();
  const told: string[] = [];
  const keys = keepOwnKeys({
    network: await quietNetwork(),
    store: createMemoryStore(),
    signer: payeeIdentity().signer,
    derive: deriveFromSeed(Secret.take(new Uint8Array(32).fill(2))),
    discover: async () => ({ outcome: 'absent', failed: [], disagreements: [], revocations: [] }),
    targets: [target],
    onEvent: (event) => told.push('target' in event ? `${event.kind} ${event.target}` : event.kind),
    clock,
    random: predictableRandomForTestingOnly(1),
    ...options,
  });
  /** Lets time pass, in steps in which everything that is due is done. */
  const pass = async (ms: number, stepMs = HOUR_MS): Promise<void> => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(stepMs, left));
      await settled();
    }
  };
  return { ...keys, clock, target, told, pass };
}

const secondsOf = (record: string): number => Number(parseKeyRecord(record).timestampSeconds);

describe('keepOwnKeys', () => {
  it('publishes to the packet and to further targets, under the id of the device, and tells of it [O5]', async () => {
    const { keeper, queue, target, told, close } = await open({ device: 'phone' });
    await keeper.publish();
    await queue.flush();
    expect(target.arrivals).toMatchObject([{ kind: 'key', device: 'phone' }]);
    expect(told).toEqual(expect.arrayContaining(['created', 'published packet', 'published model-target']));
    await close();
  });

  it('publishes by itself once it is started, and after an outage, of which it tells begin and end [O5]', async () => {
    const { keeper, start, target, told, pass, close } = await open();
    target.isDown = true;
    start();
    await settled();
    await keeper.publish();
    await pass(HOUR_MS, 60_000);
    expect(told).toEqual(expect.arrayContaining(['published packet', 'degraded model-target']));
    expect(target.arrivals).toEqual([]);
    target.isDown = false;
    await pass(6 * HOUR_MS);
    expect(target.arrivals).toHaveLength(1);
    expect(told).toEqual(expect.arrayContaining(['recovered model-target', 'published model-target']));
    await close();
  });

  it('signs what has waited for more than a week again before it leaves [O5]', async () => {
    const { keeper, queue, clock, target, close } = await open({ device: 'phone' });
    target.isDown = true;
    await keeper.publish();
    await queue.flush();
    clock.advance(8 * DAY_MS);
    target.isDown = false;
    await queue.flush();
    expect(secondsOf(target.latest)).toBe((START_MS + 8 * DAY_MS) / 1_000);
    await close();
  });

  it('signs again and rotates by itself once it is started, when the policy says so [O3]', async () => {
    const policy = {
      ...KEY_POLICIES.critical,
      rotateAfterMs: 3 * DAY_MS,
      overlapMs: DAY_MS,
      restampAfterMs: DAY_MS,
    };
    const { keeper, start, target, told, pass, close } = await open({ policy });
    await keeper.publish();
    start();
    await settled();
    expect(told).not.toContain('restamped');
    await pass(1.1 * DAY_MS);
    expect(told).toContain('restamped');
    expect(secondsOf(target.latest)).toBeGreaterThan(START_MS / 1_000);
    expect(told).not.toContain('rotated');
    await pass(2 * DAY_MS);
    expect(told).toContain('rotated');
    await close();
  });

  it('measures what keeper and queue do [M1]', async () => {
    const { telemetry, counted } = countingTelemetry();
    const { keeper, queue, close } = await open({ telemetry });
    await keeper.publish();
    await queue.flush();
    expect([...counted].sort()).toEqual(['discovery.keys_created', 'discovery.publications_published']);
    await close();
  });

  it('makes no key where it cannot be told what is published [S2.3]', async () => {
    const { keeper, close } = await open({
      discover: async () => ({ outcome: 'unreachable', failed: [], disagreements: [], revocations: [] }),
    });
    expect(await codeOf(keeper.publish())).toBe('DISCOVERY_OWN_KEY_UNKNOWN');
    await close();
  });
});
