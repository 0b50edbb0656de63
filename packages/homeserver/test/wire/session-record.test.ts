import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  decodeSessionRecord,
  encodeSessionRecord,
  ROOT_CAPABILITIES,
  SESSION_RECORD_MAXIMUM_BYTES,
} from '../../src/wire/index.ts';
import { faultOf } from '../thrown.ts';

/** Of pubky-common 0.6.0: the key of a seed of zeros, user agent `foo`, every capability. */
const OFFICIAL = '003b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29000003666f6f01042f3a7277';

const publicKey = new Uint8Array(32).fill(9);
const good = encodeSessionRecord({
  publicKey,
  createdAt: 1_700_000_000_000_000n,
  capabilities: ROOT_CAPABILITIES,
});

function changed(at: number, ...bytes: readonly number[]): Uint8Array {
  const copy = good.slice();
  copy.set(bytes, at);
  return copy;
}

describe('decodeSessionRecord', () => {
  it('reads the record of the official test', () => {
    const record = decodeSessionRecord(hex.decode(OFFICIAL));
    expect(hex.encode(record.publicKey)).toBe(OFFICIAL.slice(2, 66));
    expect([record.createdAt, record.capabilities]).toEqual([0n, ROOT_CAPABILITIES]);
  });

  it.each([
    ['nothing', new Uint8Array(), 'length'],
    ['a later version', changed(0, 1), 'version'],
    ['a version that never ends', new Uint8Array(40).fill(0x80), 'version'],
    ['half a key', good.subarray(0, 20), 'length'],
    [
      'a time that never ends',
      new Uint8Array([...good.subarray(0, 33), ...new Array(12).fill(0x80)]),
      'time',
    ],
    ['a capability that is none', changed(good.length - 4, 0x78), 'capability'],
    ['a text that is not UTF-8', changed(good.length - 1, 0xff), 'text'],
    [
      'more capabilities than bytes',
      new Uint8Array([...good.subarray(0, 33), 0, 0, 0, 0xff, 0xff, 0x03]),
      'count',
    ],
    ['bytes behind the end', new Uint8Array([...good, 0]), 'length'],
    ['more than any record has', new Uint8Array(SESSION_RECORD_MAXIMUM_BYTES + 1), 'too long'],
  ])('refuses %s', (_, bytes, fault) => {
    expect(faultOf(() => decodeSessionRecord(bytes))).toBe(`HOMESERVER_BAD_ANSWER ${fault}`);
  });
});
