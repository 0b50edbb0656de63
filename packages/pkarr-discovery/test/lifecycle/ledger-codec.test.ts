import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { type KeyLedger, keyLedgerCodec, openKeyLedgers } from '../../src/index.ts';
import { filled, thrownBy } from '../bytes.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { ledgerKeyOf, ledgerWith } from './ledgers.ts';

const LEDGER = ledgerWith([
  ledgerKeyOf({ status: 'former' }),
  ledgerKeyOf({ context: 'default#1', noiseKey: filled(2) }),
]);
const TEXT = decodeUtf8(keyLedgerCodec.encode(LEDGER));

function refusal(text: string): string {
  return thrownBy(() => keyLedgerCodec.decode(encodeUtf8(text))).code;
}

describe('keyLedgerCodec', () => {
  it('is JSON that names its format and version first', () => {
    expect(TEXT).toMatch(/^\{"format":"pubky-paykit-key-ledger","version":1,"identity":"/);
    expect(TEXT.length).toBeLessThan(900);
  });

  it.each([
    ['another format', TEXT.replace('key-ledger', 'other')],
    ['another version of the past', TEXT.replace('"version":1', '"version":0')],
    ['a version that is no number', TEXT.replace('"version":1', '"version":"1"')],
    ['a member twice', TEXT.replace('"version":1', '"version":1,"version":1')],
    ['a member more', TEXT.replace('"version":1', '"version":1,"more":1')],
    ['a member less', TEXT.replace('"jitter":0,', '')],
    ['another order', TEXT.replace('"jitter":0,', '').replace('"nextEpoch"', '"jitter":0,"nextEpoch"')],
    ['another spelling of a number', TEXT.replace('"jitter":0', '"jitter":0.0')],
    ['an escape', TEXT.replace('"device":"default"', '"device":"\\u0064efault"')],
    ['white space in a text', TEXT.replace('"device":"default"', '"device":"de fault"')],
    ['a negative number', TEXT.replace('"jitter":0', '"jitter":-1')],
    ['a jitter out of range', TEXT.replace('"jitter":0', '"jitter":65536')],
    ['base64 with a tail', TEXT.replace(/AQE=/g, 'AQF=')],
    ['two current keys', TEXT.replace('"former"', '"current"')],
    ['one context twice', TEXT.replace('"default#1"', '"default"')],
    ['a context that is still to be used', TEXT.replace('"default#1"', '"default#2"')],
    [
      'a key that was stamped later than the device',
      TEXT.replace('"stampedSeconds":"1733356800"', '"stampedSeconds":"1733356801"'),
    ],
    ['a status that is none', TEXT.replace('"former"', '"constructor"')],
    ['nothing', ''],
    ['no object', '[]'],
    ['null', 'null'],
  ])('[F3] refuses %s', (_, text) => {
    expect(text).not.toBe(TEXT);
    expect(refusal(text)).toBe('DISCOVERY_DOCUMENT_MALFORMED');
  });

  it('[F3] tells a newer version from a damaged one, and says what to do', () => {
    const newer = encodeUtf8(TEXT.replace('"version":1', '"version":2'));
    expect(thrownBy(() => keyLedgerCodec.decode(newer))).toMatchObject({
      code: 'DISCOVERY_DOCUMENT_NEWER',
      context: { found: 2, supported: 1 },
    });
  });

  it('reads whatever white space stands between tokens', () => {
    expect(keyLedgerCodec.decode(encodeUtf8(JSON.stringify(JSON.parse(TEXT), undefined, '\t')))).toEqual(
      LEDGER,
    );
  });

  it('refuses 65 537 bytes unread', () => {
    expect(thrownBy(() => keyLedgerCodec.decode(new Uint8Array(65_537).fill(0x20))).code).toBe(
      'DISCOVERY_DOCUMENT_MALFORMED',
    );
  });

  it('writes no ledger that contradicts itself', () => {
    const twice: KeyLedger = { ...LEDGER, keys: LEDGER.keys.map((key) => ({ ...key, status: 'current' })) };
    expect(() => keyLedgerCodec.encode(twice)).toThrow(TypeError);
  });
});

describe('openKeyLedgers', () => {
  it('keeps ledgers by identity and device', async () => {
    const ledgers = openKeyLedgers(recordsOn(memoryStore()));
    await ledgers.put('yyyy/default', LEDGER);
    expect((await ledgers.get('yyyy/default'))?.value).toEqual(LEDGER);
  });
});
