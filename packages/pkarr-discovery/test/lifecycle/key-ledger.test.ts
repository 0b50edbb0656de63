import { describe, expect, it } from 'vitest';
import {
  activeKey,
  currentKey,
  derivationContext,
  formerDevice,
  isFormerDevice,
  liveKeys,
} from '../../src/index.ts';
import { requireKeptDevice } from '../../src/lifecycle/former-device.ts';
import { requireLedgerKey, revocableKeys, withNewKey } from '../../src/lifecycle/key-ledger.ts';
import { filled, thrownBy } from '../bytes.ts';
import { ledgerKeyOf, ledgerWith } from './ledgers.ts';

const former = ledgerKeyOf({ status: 'former' });
const fresh = ledgerKeyOf({ context: 'default#1', noiseKey: filled(2) });

describe('activeKey', () => {
  it('[O3] is the former key for as long as the new one is only queued, and then the new one', () => {
    expect(activeKey(ledgerWith([former, { ...fresh, publishedAtMs: undefined }]))).toBe(former);
    expect(activeKey(ledgerWith([former, fresh]))).toBe(fresh);
  });

  it('is the first key before it is published, and none after a revocation for good', () => {
    const first = ledgerKeyOf({ publishedAtMs: undefined });
    expect(activeKey(ledgerWith([first]))).toBe(first);
    expect(activeKey(ledgerWith([ledgerKeyOf({ status: 'revoked' })]))).toBeUndefined();
  });
});

describe('liveKeys', () => {
  it('[O3] are the current key and those of the overlap, newest first', () => {
    const ledger = ledgerWith([ledgerKeyOf({ status: 'retired', context: 'x' }), former, fresh]);
    expect(liveKeys(ledger)).toEqual([fresh, former]);
    expect(currentKey(ledger)).toBe(fresh);
  });
});

describe('revocableKeys', () => {
  it('[O4] are all living ones, or the one that is named', () => {
    const revoked = ledgerKeyOf({ status: 'revoked', context: 'x', noiseKey: filled(3) });
    const ledger = ledgerWith([revoked, former, fresh]);
    expect(revocableKeys(ledger, 'all')).toEqual([fresh, former]);
    expect(revocableKeys(ledger, { context: 'default' })).toEqual([former]);
    expect(revocableKeys(ledger, { noiseKey: filled(2) })).toEqual([fresh]);
    expect(revocableKeys(ledger, { noiseKey: filled(3) })).toEqual([]);
    expect(thrownBy(() => requireLedgerKey(ledger, { context: 'y' })).code).toBe(
      'DISCOVERY_KEY_NOT_IN_LEDGER',
    );
  });
});

describe('withNewKey', () => {
  it('forgets the key retired first of 65, and a revoked one only if none is retired', () => {
    const many = Array.from({ length: 64 }, (_, epoch) =>
      ledgerKeyOf({
        context: `default#${epoch + 1}`,
        status: epoch === 0 ? 'revoked' : epoch < 40 ? 'retired' : 'former',
      }),
    );
    const contexts = (keys: typeof many) =>
      withNewKey(ledgerWith(keys), ledgerKeyOf({ context: 'new' })).keys.map(({ context }) => context);
    expect(contexts(many)).toHaveLength(64);
    expect(contexts(many)).not.toContain('default#2');
    expect(contexts(many)).toContain('default#1');
    const none = many.map((key) => (key.status === 'retired' ? { ...key, status: 'former' as const } : key));
    expect(contexts(none)).not.toContain('default#1');
  });
});

describe('derivationContext', () => {
  it('[O3] is the device id for the first key, as in 0.8, and another one for each after it (P8 W-55)', () => {
    expect([0, 1, 12].map((epoch) => derivationContext('default', epoch))).toEqual([
      'default',
      'default#1',
      'default#12',
    ]);
    expect(() => derivationContext('default', -1)).toThrow(RangeError);
    expect(() => derivationContext('default', 0.5)).toThrow(RangeError);
    expect(thrownBy(() => derivationContext('a#1', 0)).code).toBe('DISCOVERY_BAD_DEVICE');
  });
});

describe('formerDevice', () => {
  it('[O3] is a device id that tells the key', () => {
    expect(formerDevice('default', filled(0xab))).toBe('default-abababababababab');
    expect(formerDevice('d'.repeat(46), filled(1))).toHaveLength(63);
    expect(isFormerDevice(formerDevice('default', filled(1)))).toBe(true);
    expect(isFormerDevice('default')).toBe(false);
  });

  it('refuses devices whose former ids would be too long, or that look like one', () => {
    expect(thrownBy(() => requireKeptDevice('d'.repeat(47)))).toMatchObject({
      code: 'DISCOVERY_BAD_DEVICE',
      context: { problem: 'too long' },
    });
    expect(thrownBy(() => requireKeptDevice('a-0123456789abcdef'))).toMatchObject({
      context: { problem: 'id of a former key' },
    });
  });
});
