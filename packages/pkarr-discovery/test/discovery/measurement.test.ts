import { noTelemetry, type Telemetry } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createDiscovery, type KeyRecordSource } from '../../src/index.ts';
import { rejectionOf } from '../bytes.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { offline } from '../relay-model.ts';
import { FakeRecords, fakeSource, later, recordingTelemetry, settled } from './fakes.ts';

function discovery(sources: readonly KeyRecordSource[], telemetry: Telemetry, clock = clockAt(STAMPED)) {
  const { discoverNoiseKey } = createDiscovery({
    sources,
    memory: new FakeRecords().memory,
    clock,
    telemetry,
  });
  return (device = DEVICE) => discoverNoiseKey(OWNER.publicKey, { device });
}

describe('createDiscovery, measured', () => {
  it('counts look-ups by outcome and success, with the time they took [M1]', async () => {
    const clock = clockAt(STAMPED);
    const { telemetry, seen } = recordingTelemetry();
    const record = new TextEncoder().encode(await recordText());
    const source = fakeSource('a', (_, signal) => later(clock, 70, [record], signal));
    const answer = discovery([source], telemetry, clock)();
    await settled();
    clock.advance(70);
    await answer;
    const attributes = { outcome: 'found', success: true };
    expect(seen).toEqual([
      { name: 'discovery.lookups', value: 1, attributes },
      { name: 'discovery.lookup_ms', value: 70, attributes },
    ]);
  });

  it('counts failures by outcome, or by the code of what was thrown, and sources that failed [M1]', async () => {
    const { telemetry, seen } = recordingTelemetry();
    await discovery([fakeSource('a', []), fakeSource('b', offline())], telemetry)();
    await discovery([fakeSource('a', ['nonsense'])], telemetry)();
    const broken = new FakeRecords();
    broken.beforeWrite = () => {
      throw new Error('disk');
    };
    const sources = [fakeSource('a', [await recordText()])];
    const options = { sources, memory: broken.memory, clock: clockAt(STAMPED), telemetry };
    await rejectionOf(createDiscovery(options).discoverNoiseKey(OWNER.publicKey, { device: DEVICE }));
    expect(
      seen.filter(({ name }) => name !== 'discovery.lookup_ms').map(({ attributes }) => attributes),
    ).toEqual([
      { source: 'b', code: 'DISCOVERY_OFFLINE' },
      { outcome: 'unreachable', success: false },
      { outcome: 'malformed', success: false },
      { outcome: 'DISCOVERY_MEMORY_FAILED', success: false },
    ]);
  });

  it('finds keys whatever its telemetry does', async () => {
    const fault = () => {
      throw new Error('telemetry');
    };
    const telemetry = { ...noTelemetry, count: fault, record: fault };
    const result = await discovery(
      [fakeSource('a', [await recordText()]), fakeSource('b', offline())],
      telemetry,
    )();
    expect(result.outcome).toBe('found');
  });
});
