import { zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  formatEventMessage,
  formatEventPage,
  parseEventMessage,
  parseEventPage,
} from '../../src/wire/index.ts';
import { faultOf } from '../thrown.ts';

const owner = new Uint8Array(32).fill(1);
const url = `pubky://${zBase32.encode(owner)}/pub/a`;
const hash = `${'A'.repeat(43)}=`;

describe('formatEventPage', () => {
  it('writes one line an event, and the cursor last', () => {
    const events = [
      { type: 'PUT', owner, path: '/pub/a' } as const,
      { type: 'DEL', owner, path: '/pub/b' } as const,
    ];
    expect(formatEventPage({ events, cursor: '7' })).toBe(
      `PUT ${url}\nDEL ${url.replace(/a$/, 'b')}\ncursor: 7`,
    );
    expect(formatEventPage({ events: [], cursor: undefined })).toBe('');
  });
});

describe('parseEventPage', () => {
  it('reads names with line separators of Unicode in them', () => {
    const events = [{ type: 'PUT', owner, path: '/pub/a\u2028b\u2029' } as const];
    expect(parseEventPage(formatEventPage({ events, cursor: '1' }), 3).events).toEqual(events);
  });

  it.each([
    ['a word it does not know', `GET ${url}`, 'line'],
    ['a resource that is none', 'PUT pubky://x/pub/a', 'line'],
    ['a cursor in the middle', `cursor: 1\nPUT ${url}`, 'line'],
    ['more lines than expected', [1, 2, 3, 4].map(() => `PUT ${url}`).join('\n'), 'too many lines'],
  ])('refuses %s', (_, body, fault) => {
    expect(faultOf(() => parseEventPage(body, 3))).toBe(`HOMESERVER_BAD_ANSWER ${fault}`);
  });
});

describe('formatEventMessage', () => {
  it('writes what the official server sends', () => {
    const message = formatEventMessage({
      type: 'PUT',
      owner,
      path: '/pub/a',
      cursor: '42',
      contentHash: hash,
    });
    expect(message).toBe(`event: PUT\ndata: ${url}\ndata: cursor: 42\ndata: content_hash: ${hash}\n\n`);
  });
});

describe('parseEventMessage', () => {
  it('reads cursor and hash, whatever stands beside them', () => {
    const data = `${url}\nnew: field\ncursor: 42\ncontent_hash: ${hash}`;
    expect(parseEventMessage('PUT', data)).toEqual({
      type: 'PUT',
      owner,
      path: '/pub/a',
      cursor: '42',
      contentHash: hash,
    });
  });

  it('takes a hash that is malformed for none', () => {
    expect(parseEventMessage('PUT', `${url}\ncursor: 1\ncontent_hash: x`)?.contentHash).toBeUndefined();
  });

  it('leaves messages of another kind to later versions', () => {
    expect(parseEventMessage('MOVE', url)).toBeUndefined();
  });

  it.each([
    ['no resource', 'x', 'resource'],
    ['no cursor', url, 'cursor'],
    ['a cursor that is none', `${url}\ncursor: -1`, 'cursor'],
  ])('refuses %s', (_, data, fault) => {
    expect(faultOf(() => parseEventMessage('DEL', data))).toBe(`HOMESERVER_BAD_ANSWER ${fault}`);
  });
});
