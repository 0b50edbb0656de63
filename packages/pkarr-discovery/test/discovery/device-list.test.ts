import { describe, expect, it } from 'vitest';
import { createDiscovery, type DeviceNames, type KeyRecordSource } from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { offline } from '../relay-model.ts';
import { brief, FakeRecords, fakeSource } from './fakes.ts';

const IDENTITY = filled(7);

function listing(name: string, names: DeviceNames | Error): KeyRecordSource {
  return fakeSource(name, [], { names });
}

function list(...sources: readonly KeyRecordSource[]) {
  return createDiscovery({ sources, memory: new FakeRecords().memory }).listDevices(IDENTITY);
}

describe('listDevices', () => {
  it('lists what any source has, `default` first, each device once (P8 W-55)', async () => {
    const devices = await list(
      listing('files', { names: ['phone', 'laptop'], complete: true }),
      listing('packet', { names: ['default', 'phone', '0'], complete: true }),
    );
    expect(devices).toEqual({
      devices: ['default', '0', 'laptop', 'phone'],
      skipped: 0,
      complete: true,
      failed: [],
    });
  });

  it('leaves out and counts what is no device id (N8 W-18) [F3]', async () => {
    const names = ['a', 'Phone', '', 'x.y', 'folder/', '/pub/other', 'ü', 'p'.repeat(64), '../default'];
    const devices = await list(listing('files', { names, complete: true }));
    expect([devices.devices, devices.skipped]).toEqual([['a'], 8]);
  });

  it('takes no more from a source than it asked for, and says so (P8 W-55) [F3]', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `d${index}`);
    const devices = await list(listing('files', { names, complete: true }));
    expect([devices.devices.length, devices.complete]).toEqual([64, false]);
    expect((await list(listing('files', { names: [], complete: false }))).complete).toBe(false);
  });

  it('says who did not answer, and fails if nobody did [F3]', async () => {
    const partly = await list(
      listing('files', offline()),
      listing('packet', { names: ['default'], complete: true }),
    );
    expect([partly.devices, partly.complete, brief(partly.failed)]).toEqual([
      ['default'],
      false,
      ['files DISCOVERY_OFFLINE'],
    ]);
    const failure = await rejectionOf(
      list(listing('files', offline()), listing('packet', new Error('fault'))),
    );
    expect([failure.code, failure.retryable, failure.context]).toEqual([
      'DISCOVERY_UNREACHABLE',
      true,
      {
        what: 'the list of devices',
        sources: 2,
        reasons: 'DISCOVERY_OFFLINE, DISCOVERY_SOURCE_FAILED',
      },
    ]);
  });

  it('wants an identity', async () => {
    const { listDevices } = createDiscovery({
      sources: [fakeSource('a', [])],
      memory: new FakeRecords().memory,
    });
    expect((await rejectionOf(listDevices(new Uint8Array(33)))).code).toBe('DISCOVERY_WRONG_LENGTH');
  });
});
