import { describe, expect, it } from 'vitest';
import { addressUnder, deviceAddress, storeKey } from '../../src/cache/device-address.ts';
import { filled, thrownBy } from '../bytes.ts';
import { OWNER } from '../records/key-records.ts';

describe('deviceAddress', () => {
  it('copies the identity, and tells identities and devices apart', () => {
    const identity = filled(1);
    const address = deviceAddress(identity, 'phone');
    identity.fill(2);
    expect(address.identity).toEqual(filled(1));
    const names = [address, deviceAddress(identity, 'phone'), deviceAddress(filled(1), 'phone1')].map(
      (each) => each.name,
    );
    expect(new Set(names).size).toBe(3);
  });

  it('refuses what is neither', () => {
    expect(thrownBy(() => deviceAddress(new Uint8Array(31), 'phone')).code).toBe('DISCOVERY_WRONG_LENGTH');
    expect(thrownBy(() => deviceAddress(filled(1), 'a/b')).code).toBe('DISCOVERY_BAD_DEVICE');
  });
});

describe('addressUnder', () => {
  it('inverts storeKey, within what a store allows', () => {
    const address = deviceAddress(OWNER.publicKey, 'a'.repeat(63));
    expect(storeKey(address)).toHaveLength(116);
    expect(addressUnder(storeKey(address))).toEqual(address);
  });

  it.each(['', '/', 'x/phone', `${'y'.repeat(52)}/`, `${'y'.repeat(52)}/a/b`, `${'y'.repeat(51)}b/phone`])(
    'knows no device under %j',
    (key) => expect(addressUnder(key)).toBeUndefined(),
  );
});
