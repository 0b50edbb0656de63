import { describe, expect, it } from 'vitest';
import { contentTypeOf } from '../../src/homeserver/content-type.ts';

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('contentTypeOf', () => {
  it.each([
    ['/pub/a.txt', '', 'text/plain'],
    ['/pub/a.JSON', '{}', 'application/json'],
    ['/pub/a', 'lorem', 'application/octet-stream'],
    ['/pub/a.unknown', '', 'application/octet-stream'],
    ['/pub/a.constructor', '', 'application/octet-stream'],
    ['/pub/txt', '', 'application/octet-stream'],
    ['/pub/a.txt', '\x89PNG\r\n\x1a\n', 'image/png'],
    ['/pub/a', 'RIFF\0\0\0\0WEBP', 'image/webp'],
    ['/pub/a', 'RIFF\0\0\0\0WAVE', 'audio/x-wav'],
    ['/pub/a', '\0\0\0\x18ftypisom', 'video/mp4'],
    ['/pub/a.png', '%PDF-1.7', 'application/pdf'],
  ])('of %s with %j is %s', (path, start, type) => {
    expect(contentTypeOf(path, latin(start))).toBe(type);
  });
});
