import { describe, expect, it } from 'vitest';
import {
  CAPABILITIES_MAXIMUM_LENGTH,
  capabilitiesAllow,
  formatCapabilities,
  parseCapabilities,
  ROOT_CAPABILITIES,
  readCapabilities,
} from '../../src/wire/index.ts';
import { faultOf } from '../thrown.ts';

describe('parseCapabilities', () => {
  it.each([
    ['', ''],
    ['/:rw', '/:rw'],
    ['/pub/a/:wr', '/pub/a/:rw'],
    ['/pub/a/:rrww', '/pub/a/:rw'],
    ['/pub/a/:r,/pub/a/:w', '/pub/a/:rw'],
    ['/pub/a/:rw,/pub/a/b:w', '/pub/a/:rw'],
    ['/pub/a:rw,/pub/a/b:w', '/pub/a:rw,/pub/a/b:w'],
    ['/pub/a/:r,/pub/b/:w,/pub/a/c/:rw', '/pub/a/:r,/pub/b/:w,/pub/a/c/:rw'],
    ['/pub/a/b/:r,/pub/a/:rw', '/pub/a/:rw'],
  ])('reads %j as %j, as pubky-common does', (text, merged) => {
    expect(formatCapabilities(parseCapabilities(text))).toBe(merged);
  });

  it.each([
    ['/pub/a', 'format'],
    ['/pub/a:b:rw', 'format'],
    ['/pub/a/:rw,', 'format'],
    ['pub/a/:rw', 'scope'],
    ['/pub/a/:rx', 'action'],
    ['/pub/a/:RW', 'action'],
    ['x'.repeat(CAPABILITIES_MAXIMUM_LENGTH + 1), 'too-long'],
  ])('refuses %.20j', (text, fault) => {
    expect(faultOf(() => parseCapabilities(text))).toBe(`HOMESERVER_BAD_CAPABILITIES ${fault}`);
  });
});

describe('readCapabilities', () => {
  it('leaves out what it does not understand', () => {
    expect(formatCapabilities(readCapabilities('nonsense,/pub/a/:r,/pub/b/:rx,'))).toBe('/pub/a/:r');
    expect(readCapabilities('/'.repeat(CAPABILITIES_MAXIMUM_LENGTH + 1))).toEqual([]);
  });
});

describe('capabilitiesAllow', () => {
  const narrow = parseCapabilities('/pub/app/:rw,/pub/one:w,/pub/read/:r');

  it.each([
    ['GET', '/pub/anything', true],
    ['HEAD', '/pub/anything', true],
    ['PUT', '/pub/app/file', true],
    ['DELETE', '/pub/app/deep/er', true],
    ['PUT', '/pub/apple', false],
    ['PUT', '/pub/read/file', false],
    ['PUT', '/pub/one', true],
    // A scope without a slash is a prefix, and nothing more: a trap of the official server.
    ['PUT', '/pub/one-more', true],
    ['GET', '/priv/file', false],
    ['PUT', '/session', false],
  ])('%s %s: %s', (method, path, allowed) => {
    expect(capabilitiesAllow(narrow, method, path)).toBe(allowed);
  });

  it('lets the root write below /pub/ only', () => {
    expect(capabilitiesAllow(ROOT_CAPABILITIES, 'PUT', '/pub/x')).toBe(true);
    expect(capabilitiesAllow(ROOT_CAPABILITIES, 'PUT', '/dav/x')).toBe(false);
  });
});
