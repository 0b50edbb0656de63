import { describe, expect, it } from 'vitest';
import { DEFAULT_DEVICE } from '../../src/constants.ts';
import { keyRecordName, keyRecordPath, requireDeviceId } from '../../src/records/device-id.ts';
import { thrownBy } from '../bytes.ts';

describe('requireDeviceId', () => {
  it.each([DEFAULT_DEVICE, 'phone1', 'laptop-main', 'device-v2', '0', '-', 'a'.repeat(63)])(
    'takes %s',
    (device) => {
      expect(() => requireDeviceId(device)).not.toThrow();
    },
  );

  const odd = ['a.b', '.', '..', 'a/b', 'Phone', 'a b', 'a_b', 'é', 'a\n', '%2e', '?', '#', '\0', 'ſ', '０'];
  it.each([
    { device: '', problem: 'empty' },
    { device: 'a'.repeat(64), problem: 'too long' },
    ...odd.map((device) => ({ device, problem: 'character outside a-z, 0-9 and hyphen' })),
  ])('refuses "$device", which is not one label and one segment (N8 W-18) [F3]', ({ device, problem }) => {
    expect(thrownBy(() => requireDeviceId(device))).toMatchObject({
      code: 'DISCOVERY_BAD_DEVICE',
      context: { problem, length: device.length },
    });
  });

  it('refuses what is no text', () => {
    for (const device of [undefined, null, 1, ['default'], { length: 1 }]) {
      expect(() => requireDeviceId(device as never)).toThrow(TypeError);
    }
  });
});

describe('keyRecordName', () => {
  it('puts the device below _noise (PK-4)', () => {
    expect(keyRecordName('phone1')).toBe('_noise.phone1');
    expect(keyRecordName('laptop-main')).toBe('_noise.laptop-main');
  });

  it('refuses an empty id, which 0.8 makes a name with an empty label of (N8 W-18)', () => {
    expect(thrownBy(() => keyRecordName('')).code).toBe('DISCOVERY_BAD_DEVICE');
  });
});

describe('keyRecordPath', () => {
  it('is where Paykit 0.8 looks', () => {
    expect(keyRecordPath('default')).toBe('/pub/noise.app/v0/default');
  });

  it('never leaves its folder', () => {
    for (const device of ['..', '../x', 'a/../../x', '%2e%2e']) {
      expect(thrownBy(() => keyRecordPath(device)).code).toBe('DISCOVERY_BAD_DEVICE');
    }
  });
});
