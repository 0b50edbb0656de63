import { describe, expect, it } from 'vitest';
import {
  formatNoiseEndpoint,
  isNoiseEndpoint,
  parseNoiseEndpoint,
} from '../../src/payments/noise-endpoint.ts';

const KEY = 'afadcb91c3f016abdb7fae83a874eb87b3f8fd99e7e75ccad5856c385079ed6e';

describe('parseNoiseEndpoint', () => {
  it('reads what the reference publishes, its key in either case', () => {
    for (const key of [KEY, KEY.toUpperCase()]) {
      const found = parseNoiseEndpoint(`noise://127.0.0.1:8888@${key}`);
      expect(found).toMatchObject({ host: '127.0.0.1', port: 8888 });
      expect(Buffer.from(found?.noiseKey ?? []).toString('hex')).toBe(KEY);
    }
  });

  it.each(['pay.example:1', 'localhost:65535', '[::1]:9735', '[2001:db8::1]:80', 'a_b.example:5'])(
    'reads and writes %s',
    (place) => {
      const text = `noise://${place}@${KEY}`;
      const found = parseNoiseEndpoint(text);
      expect(found && formatNoiseEndpoint(found)).toBe(text);
    },
  );

  it.each([
    ['nothing', ''],
    ['another scheme', `tcp://127.0.0.1:1@${KEY}`],
    ['the scheme in upper case', `NOISE://127.0.0.1:1@${KEY}`],
    ['no key', 'noise://127.0.0.1:1'],
    ['an empty key', 'noise://127.0.0.1:1@'],
    ['a short key', `noise://127.0.0.1:1@${KEY.slice(1)}`],
    ['a long key', `noise://127.0.0.1:1@${KEY}0`],
    ['a key that is no hex', `noise://127.0.0.1:1@${KEY.slice(1)}g`],
    ['two keys', `noise://127.0.0.1:1@${KEY}@${KEY}`],
    ['no port', `noise://127.0.0.1@${KEY}`],
    ['port 0', `noise://127.0.0.1:0@${KEY}`],
    ['port 65536', `noise://127.0.0.1:65536@${KEY}`],
    ['a port with a sign', `noise://127.0.0.1:+1@${KEY}`],
    ['a port with a zero before it', `noise://127.0.0.1:01@${KEY}`],
    ['no host', `noise://:1@${KEY}`],
    ['IPv6 without brackets', `noise://::1:1@${KEY}`],
    ['brackets around no address', `noise://[beef]:1@${KEY}`],
    ['a zone', `noise://[fe80::1%eth0]:1@${KEY}`],
    ['a path', `noise://127.0.0.1:1/x@${KEY}`],
    ['a line end behind it', `noise://127.0.0.1:1@${KEY}\n`],
    ['a space before it', ` noise://127.0.0.1:1@${KEY}`],
    ['a character of another script', `noise://раypal.example:1@${KEY}`],
    ['a host without end', `noise://${'a'.repeat(400)}:1@${KEY}`],
  ])('reads no endpoint in %s', (_, text) => {
    expect(parseNoiseEndpoint(text)).toBeUndefined();
  });
});

describe('formatNoiseEndpoint', () => {
  it.each([
    ['a port out of range', { host: 'a', port: 0, noiseKey: new Uint8Array(32) }],
    ['a key of another length', { host: 'a', port: 1, noiseKey: new Uint8Array(31) }],
    ['a host that holds a sign of the text', { host: 'a@b', port: 1, noiseKey: new Uint8Array(32) }],
  ])('refuses %s', (_, endpoint) => {
    expect(() => formatNoiseEndpoint(endpoint)).toThrow(RangeError);
  });
});

describe('isNoiseEndpoint', () => {
  it('goes by the scheme alone', () => {
    expect(['noise://', 'noise:/x', 'bc1q'].map(isNoiseEndpoint)).toEqual([true, false, false]);
  });
});
