import { Secret, zBase32 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createEventMessages } from '../../src/watch/event-messages.ts';
import {
  assembleAuthToken,
  authTokenSignable,
  type Capability,
  capabilitiesAllow,
  decodeSessionRecord,
  decodeStoragePath,
  encodeSessionRecord,
  formatAuthRequest,
  formatCapabilities,
  formatEventMessage,
  formatEventPage,
  formatListing,
  isStoragePath,
  mergeCapabilities,
  openAuthToken,
  parseAuthRequest,
  parseAuthToken,
  parseCapabilities,
  parseEventPage,
  parseListing,
  parseStoragePath,
  sealAuthToken,
} from '../../src/wire/index.ts';
import { givesValueOrCode } from '../thrown.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => isStoragePath(`/pub/${text}`, 'file') && !text.includes('/'));
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/pub/${names.join('/')}`);
const scopeName = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/'), maxLength: 6 });
const capability: fc.Arbitrary<Capability> = fc.record({
  scope: scopeName.map((text) => `/${text}`),
  read: fc.boolean(),
  write: fc.boolean(),
});
const capabilities = fc.array(capability, { maxLength: 5 });
const microseconds = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('assembleAuthToken and parseAuthToken', () => {
  it('give back what went in', () => {
    fc.assert(
      fc.property(
        key,
        microseconds,
        capabilities,
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        (publicKey, timestamp, list, signature) => {
          const fields = { publicKey, timestamp, capabilities: mergeCapabilities(list) };
          const parsed = parseAuthToken(assembleAuthToken(signature, fields));
          expect(parsed).toEqual({ ...fields, signature, signable: authTokenSignable(fields) });
        },
      ),
      { numRuns: effort(400) },
    );
  });

  it('give a value or a code for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        givesValueOrCode(() => parseAuthToken(bytes)),
      ),
      { numRuns: effort(2_000) },
    );
  });
});

describe('encodeSessionRecord and decodeSessionRecord', () => {
  it('give back what went in', () => {
    fc.assert(
      fc.property(key, microseconds, capabilities, (publicKey, createdAt, list) => {
        const record = { publicKey, createdAt, capabilities: list };
        expect(decodeSessionRecord(encodeSessionRecord(record))).toEqual(record);
      }),
      { numRuns: effort(400) },
    );
  });

  it('give a value or a code for any bytes, and encode every value back to them', () => {
    const almost = fc
      .tuple(key, capabilities, fc.nat(), fc.nat({ max: 255 }))
      .map(([publicKey, list, at, byte]) => {
        const bytes = encodeSessionRecord({ publicKey, createdAt: 1n, capabilities: list });
        bytes[at % bytes.length] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(almost, fc.uint8Array({ maxLength: 120 })), (bytes) => {
        expect(givesValueOrCode(() => decodeSessionRecord(bytes))).toBe(true);
      }),
      { numRuns: effort(2_000) },
    );
  });
});

describe('parseCapabilities and formatCapabilities', () => {
  it('give back what is merged already', () => {
    fc.assert(
      fc.property(capabilities, (list) => {
        const merged = mergeCapabilities(list);
        expect(parseCapabilities(formatCapabilities(merged))).toEqual(merged);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('merge into what grants exactly the same', () => {
    // Somewhere below one of the scopes, or anywhere.
    const place = (list: readonly Capability[]) =>
      fc
        .tuple(fc.constantFrom('/pub/', ...list.map(({ scope }) => scope)), scopeName)
        .map(([scope, suffix]) => scope + suffix);
    const scoped = capabilities.map((list) => list.map((each) => ({ ...each, scope: `/pub${each.scope}` })));
    const asked = scoped.chain((list) => fc.tuple(fc.constant(list), place(list)));
    fc.assert(
      fc.property(asked, fc.constantFrom('PUT', 'DELETE', 'GET'), ([list, where], method) => {
        const merged = mergeCapabilities(list);
        expect(capabilitiesAllow(merged, method, where)).toBe(capabilitiesAllow(list, method, where));
        expect(new Set(merged.map(({ scope }) => scope)).size).toBe(merged.length);
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('give a value or a code for any text', () => {
    const letters = fc.constantFrom('/', 'p', ':', ',', 'r', 'w', 'x', '\n', '😀');
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 30 }), (text) =>
        givesValueOrCode(() => parseCapabilities(text)),
      ),
      { numRuns: effort(2_000) },
    );
  });
});

describe('formatListing and parseListing', () => {
  it('give back what went in', () => {
    fc.assert(
      fc.property(key, fc.array(path, { maxLength: 10 }), (owner, paths) => {
        const listing = parseListing(formatListing(owner, paths), owner, '/pub/', 10);
        expect(listing).toEqual({ paths, last: paths.at(-1), skipped: 0 });
      }),
      { numRuns: effort(400) },
    );
  });

  it('give a value or a code for any text', () => {
    const owner = new Uint8Array(32);
    const prefix = `pubky://${zBase32.encode(owner)}`;
    const line = fc.oneof(
      path.map((each) => prefix + each),
      fc.string({ maxLength: 80 }),
      fc.constant(prefix),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) =>
        givesValueOrCode(() => parseListing(lines.join('\n'), owner, '/pub/', 5)),
      ),
      { numRuns: effort(1_000) },
    );
  });
});

describe('formatEventPage and formatEventMessage', () => {
  const event = fc.record({ type: fc.constantFrom('PUT' as const, 'DEL' as const), owner: key, path });
  const hash = fc.option(
    key.map((bytes) => Buffer.from(bytes).toString('base64')),
    { nil: undefined },
  );

  it('are read back as they were', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), fc.nat(), (events, cursor) => {
        const page = { events, cursor: events.length === 0 ? undefined : `${cursor}` };
        expect(parseEventPage(formatEventPage(page), 10)).toEqual(page);
      }),
      { numRuns: effort(400) },
    );
  });

  it('are read back from a stream, in whatever chunks it comes', () => {
    const stored = fc
      .tuple(event, fc.nat(), hash)
      .map(([each, cursor, contentHash]) => ({ ...each, cursor: `${cursor}`, contentHash }));
    fc.assert(
      fc.property(fc.array(stored, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (events, size) => {
        const text = `: hello\r\n\n${events.map(formatEventMessage).join(': still here\n\n')}`;
        const bytes = new TextEncoder().encode(text);
        const messages = createEventMessages();
        const read = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          messages.push(bytes.subarray(index * size, (index + 1) * size)),
        );
        expect(read.flat()).toEqual(events);
      }),
      { numRuns: effort(400) },
    );
  });
});

describe('formatAuthRequest and parseAuthRequest', () => {
  const invite = fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: undefined });
  const signUp = fc.option(
    fc
      .tuple(key, invite)
      .map(([homeserver, code]) => (code === undefined ? { homeserver } : { homeserver, invite: code })),
    { nil: undefined },
  );

  it('give back what went in', () => {
    fc.assert(
      fc.property(key, capabilities, signUp, (secret, list, wanted) => {
        const request = {
          relay: 'https://relay.example/link/',
          capabilities: mergeCapabilities(list),
          secret: Secret.copyOf(secret),
          signUp: wanted,
        };
        const parsed = parseAuthRequest(formatAuthRequest(request));
        expect({ ...parsed, secret: parsed.secret.use((bytes) => bytes.slice()) }).toEqual({
          ...request,
          secret,
        });
      }),
      { numRuns: effort(400) },
    );
  });

  it('give a value or a code for any text', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'pubkyauth://',
        'signin',
        'signup',
        '?',
        '&',
        'caps=',
        'relay=',
        'secret=',
        'hs=',
        '%',
        '%zz',
      ),
      fc.constantFrom('http://localhost/link', '/:rw', 'A'.repeat(43), 'y'.repeat(52), '#', '+'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) =>
        givesValueOrCode(() => parseAuthRequest(parts.join(''))),
      ),
      { numRuns: effort(2_000) },
    );
  });
});

describe('sealAuthToken and openAuthToken', () => {
  it('give back what went in, and nothing that was changed on the way', () => {
    fc.assert(
      fc.property(key, fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (secret, token, at) => {
        const sealed = sealAuthToken(token, secret);
        expect(openAuthToken(sealed, secret)).toEqual(token);
        sealed[at % sealed.length] = (sealed[at % sealed.length] as number) ^ 1;
        expect(() => openAuthToken(sealed, secret)).toThrow();
      }),
      { numRuns: effort(200) },
    );
  });

  it('give a code for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        givesValueOrCode(() => openAuthToken(bytes, new Uint8Array(32))),
      ),
      { numRuns: effort(500) },
    );
  });
});

describe('parseStoragePath', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      '.',
      '..',
      '%2f',
      '%2F',
      '%2e',
      '%',
      '%25',
      '\\',
      '\u0000',
      '\n',
      '\ud83d',
      'pub',
    ),
    fc.constantFrom('/pub/', '?', '#', ' ', 'ü', '👋', '%c0%af', ';', ':', '@'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const hostile = fc.array(piece, { maxLength: 8 }).map((pieces) => `/pub/${pieces.join('')}`);

  it('comes back from its encoded form, and never leaves /pub/ whoever reads it [I3]', () => {
    fc.assert(
      fc.property(fc.oneof(path, hostile), (text) => {
        if (!isStoragePath(text)) return;
        const { encoded } = parseStoragePath(text);
        expect(decodeStoragePath(encoded).text).toBe(text);
        // As browsers and Node read it, and as somebody who decodes once or twice.
        const url = new URL(`https://host${encoded}`);
        expect([url.pathname, url.search, url.hash]).toEqual([encoded, '', '']);
        const twice = (decoded: string): string => {
          try {
            return decodeURIComponent(decoded);
          } catch {
            return decoded;
          }
        };
        for (const form of [encoded, text, twice(text)]) {
          expect(new URL(form, 'file:///root').pathname.startsWith('/pub/')).toBe(true);
          expect(form.split(/[/\\]/).includes('..')).toBe(false);
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('gives a value or a code for any text, plain or encoded', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        expect(givesValueOrCode(() => parseStoragePath(text))).toBe(true);
        expect(givesValueOrCode(() => decodeStoragePath(text))).toBe(true);
      }),
      { numRuns: effort(2_000) },
    );
  });
});
