import { describe, expect, it } from 'vitest';
import {
  decodeStoragePath,
  isStoragePath,
  PATH_MAXIMUM_BYTES,
  parseStoragePath,
  SEGMENT_MAXIMUM_BYTES,
} from '../../src/wire/index.ts';
import { faultOf } from '../thrown.ts';

describe('parseStoragePath', () => {
  it.each([
    ['/pub/app/file', '/pub/app/file'],
    ['/pub/My notes.txt', '/pub/My%20notes.txt'],
    ['/pub/100%', '/pub/100%25'],
    ["/pub/it's(here)!*", '/pub/it%27s%28here%29%21%2A'],
    ['/pub/über/👋/', '/pub/%C3%BCber/%F0%9F%91%8B/'],
    ['/pub/a?b#c', '/pub/a%3Fb%23c'],
    ['/pub/a..b', '/pub/a..b'],
    ['/pub/%20', '/pub/%2520'],
    ['/pub/', '/pub/'],
  ])('encodes %s', (text, encoded) => {
    expect(parseStoragePath(text)).toEqual({ text, encoded, isDirectory: text.endsWith('/') });
    expect(decodeStoragePath(encoded).text).toBe(text);
  });

  it.each([
    ['', 'relative'],
    ['pub/a', 'relative'],
    ['/pub', 'not-public'],
    ['/priv/a', 'not-public'],
    ['/', 'not-public'],
    ['/pub//a', 'empty-segment'],
    ['/pub/a//', 'empty-segment'],
    ['/pub/../a', 'dot-segment'],
    ['/pub/./a', 'dot-segment'],
    ['/pub/a..', 'dot-segment'],
    ['/pub/...', 'dot-segment'],
    ['/pub/..#', 'dot-segment'],
    ['/pub/a\u0000', 'control-character'],
    ['/pub/a\r\nb', 'control-character'],
    ['/pub/a\u0085', 'control-character'],
    ['/pub/\udc00', 'lone-surrogate'],
    ['/pub/a\\b', 'backslash'],
    ['/pub/a%2fb', 'escape'],
    ['/pub/a%2E%2e', 'escape'],
    ['/pub/a%5Cb', 'escape'],
    ['/pub/a%0a', 'escape'],
    [`/pub/${'a'.repeat(SEGMENT_MAXIMUM_BYTES + 1)}`, 'segment-too-long'],
    [`/pub/${'ü'.repeat(128)}`, 'segment-too-long'],
    [`/pub/${'a'.repeat(10_000)}`, 'too-long'],
  ])('refuses %j', (text, fault) => {
    expect(faultOf(() => parseStoragePath(text))).toBe(`HOMESERVER_BAD_PATH ${fault}`);
    expect(isStoragePath(text)).toBe(false);
  });

  it('takes the longest segment and the longest path, and nothing longer', () => {
    expect(isStoragePath(`/pub/${'a'.repeat(SEGMENT_MAXIMUM_BYTES)}`)).toBe(true);
    const longest = `/pub${`/${'a'.repeat(15)}`.repeat(255)}/${'a'.repeat(11)}`;
    expect(longest.length).toBe(PATH_MAXIMUM_BYTES);
    expect(isStoragePath(longest)).toBe(true);
    expect(faultOf(() => parseStoragePath(`${longest}a`))).toBe('HOMESERVER_BAD_PATH too-long');
  });

  it('asks for a file or a directory', () => {
    expect(faultOf(() => parseStoragePath('/pub/a/', 'file'))).toBe('HOMESERVER_BAD_PATH is-directory');
    expect(faultOf(() => parseStoragePath('/pub/a', 'directory'))).toBe('HOMESERVER_BAD_PATH is-file');
  });

  it('refuses what is no text', () => {
    for (const value of [undefined, null, 1, {}, ['/pub/a']]) {
      expect(faultOf(() => parseStoragePath(value as unknown as string))).toBe(
        'HOMESERVER_BAD_PATH not-text',
      );
    }
  });
});

describe('decodeStoragePath', () => {
  it('understands other spellings of the same path', () => {
    expect(decodeStoragePath("/pub/it's%20a~b").text).toBe("/pub/it's a~b");
    expect(decodeStoragePath('/pub/%61').text).toBe('/pub/a');
  });

  it.each([
    ['/pub/a%2fb', 'escape'],
    ['/pub/%2e%2e/a', 'dot-segment'],
    ['/pub/%5c', 'backslash'],
    ['/pub/%00', 'control-character'],
    ['/pub/%252f', 'escape'],
    ['/pub/%', 'escape'],
    ['/pub/%c0%af', 'escape'],
    ['/pub/%ff', 'escape'],
    [`/pub/${'%61'.repeat(5000)}`, 'too-long'],
  ])('refuses %s', (encoded, fault) => {
    expect(faultOf(() => decodeStoragePath(encoded))).toBe(`HOMESERVER_BAD_PATH ${fault}`);
  });
});
