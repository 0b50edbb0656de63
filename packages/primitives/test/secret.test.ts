import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PrimitivesError, Secret } from '../src/index.ts';
import { codeOf } from './thrown.ts';

/** 32 bytes that are unlikely to turn up in a rendering by chance. */
const KEY = Uint8Array.from({ length: 32 }, (_, index) => 0xa1 + ((index * 37) % 90));
const BYTES = Array.from(KEY);

/** Every way three neighbouring bytes of the key may be spelled. */
const TRACES = BYTES.slice(2).flatMap((_, at) => {
  const three = BYTES.slice(at, at + 3);
  const hex = three.map((byte) => byte.toString(16).padStart(2, '0'));
  return [
    hex.join(''),
    hex.join(' '),
    hex.join('').toUpperCase(),
    three.join(','),
    three.join(', '),
    Buffer.from(three).toString('base64'),
    Buffer.from(three).toString('base64url'),
    Buffer.from(three).toString('latin1'),
  ];
});

const RENDERINGS: Record<string, (value: unknown) => string | undefined> = {
  'JSON.stringify': (value) => JSON.stringify(value),
  'JSON.stringify of a holder': (value) => JSON.stringify({ deep: [{ value }] }, null, 2),
  'String()': (value) => String(value),
  'a template': (value) => `${value}`,
  'joining with text': (value) => `${[value, value]}`,
  'toLocaleString()': (value) => (value as object).toLocaleString(),
  'util.inspect': (value) => inspect(value),
  'util.inspect with showHidden': (value) => inspect(value, { showHidden: true, depth: 9, showProxy: true }),
  'util.inspect without custom hooks': (value) =>
    inspect(value, { showHidden: true, customInspect: false, depth: 9, getters: true }),
  'util.inspect of a holder': (value) =>
    inspect(new Map([[{ value }, [value]]]), { showHidden: true, depth: 9, getters: true }),
  'util.format': (value) => format('%s %o %O %j %d', value, value, value, value, value),
  'Object.keys': (value) => Object.keys(value as object).join(),
  'all own properties': (value) => inspect(Object.getOwnPropertyDescriptors(value), { depth: 9 }),
  'Object.entries': (value) => JSON.stringify(Object.entries(value as object)),
  'for…in': (value) => {
    const seen: unknown[] = [];
    for (const key in value as object) seen.push(key, (value as Record<string, unknown>)[key]);
    return inspect(seen, { depth: 9 });
  },
  'a spread': (value) => inspect({ ...(value as object) }, { showHidden: true, depth: 9 }),
  structuredClone: (value) => inspect(structuredClone(value), { showHidden: true, depth: 9 }),
  'an error with it as cause': (value) => inspect(new Error('x', { cause: value }), { depth: 9 }),
};

describe('Secret', () => {
  it('[S1.1] shows itself as [Secret]', () => {
    const secret = Secret.copyOf(KEY);
    expect(JSON.stringify({ secret })).toBe('{"secret":"[Secret]"}');
    expect(`${secret}`).toBe('[Secret]');
    expect(inspect(secret)).toBe('[Secret]');
    expect(inspect({ a: { b: [secret] } }, { showHidden: true })).toContain('[Secret]');
  });

  it.each(Object.entries(RENDERINGS))('[S1.1] has no byte of the key in %s', (_, render) => {
    const secret = Secret.copyOf(KEY);
    const shown = render(secret) ?? '';
    expect(TRACES.filter((trace) => shown.includes(trace))).toEqual([]);
    secret.destroy();
    const later = render(secret) ?? '';
    expect(TRACES.filter((trace) => later.includes(trace))).toEqual([]);
  });

  it('has traces that its bytes would leave (the test above can fail)', () => {
    for (const rendering of [
      inspect(KEY),
      JSON.stringify(BYTES),
      Buffer.from(KEY).toString('hex'),
      String(KEY),
    ]) {
      expect(TRACES.some((trace) => rendering.includes(trace))).toBe(true);
    }
  });

  it('[S1.1] has no own properties and nothing to clone', () => {
    const secret = Secret.copyOf(KEY);
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(structuredClone(secret)).toEqual({});
  });

  it('copies: the original stays, and later changes to it do not reach the secret', () => {
    const original = KEY.slice();
    const secret = Secret.copyOf(original);
    expect(original).toEqual(KEY);
    original.fill(0);
    expect(secret.use((bytes) => bytes.slice())).toEqual(KEY);
  });

  it('[S1.4] takes: the original is wiped', () => {
    const original = KEY.slice();
    const secret = Secret.take(original);
    expect(original).toEqual(new Uint8Array(32));
    expect(secret.use((bytes) => bytes.slice())).toEqual(KEY);
  });

  it('[S1.4] takes only the view it is given', () => {
    const pool = Uint8Array.of(1, 2, 3, 4);
    const secret = Secret.take(pool.subarray(1, 3));
    expect(pool).toEqual(Uint8Array.of(1, 0, 0, 4));
    expect(secret.use((bytes) => bytes.slice())).toEqual(Uint8Array.of(2, 3));
  });

  it.each([
    ['copyOf', 'a Node Buffer of the shared pool', () => Buffer.from(KEY)],
    ['copyOf', 'a view of a larger buffer', () => new Uint8Array([...KEY, ...KEY]).subarray(8, 40)],
    ['take', 'a Node Buffer of the shared pool', () => Buffer.from(KEY)],
    ['take', 'no bytes', () => new Uint8Array(0)],
  ] as const)('[S1.4] %s holds %s in a fresh buffer of exactly its length', (make, _, input) => {
    const bytes = input();
    const secret = Secret[make](bytes);
    expect(secret.length).toBe(bytes.length);
    secret.use((lent) => {
      expect(Object.getPrototypeOf(lent)).toBe(Uint8Array.prototype);
      expect(lent.buffer).not.toBe(bytes.buffer);
      expect([lent.length, lent.byteOffset, lent.buffer.byteLength]).toEqual([
        secret.length,
        0,
        secret.length,
      ]);
    });
  });

  it('lends the bytes, and passes on what the work returns or throws', () => {
    const secret = Secret.copyOf(KEY);
    expect(secret.use((bytes) => bytes[0])).toBe(KEY[0]);
    const failure = new Error('work failed');
    expect(() =>
      secret.use(() => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(secret.destroyed).toBe(false);
  });

  it('[S1.4] wipes the bytes on destroy, also those lent', () => {
    const secret = Secret.copyOf(KEY);
    const lent = secret.use((bytes) => bytes);
    secret.destroy();
    expect(lent).toEqual(new Uint8Array(32));
  });

  it('[S1.4] refuses use after destroy, and may be destroyed twice', () => {
    const secret = Secret.copyOf(KEY);
    expect(secret.destroyed).toBe(false);
    secret.destroy();
    secret.destroy();
    expect(secret.destroyed).toBe(true);
    expect(secret.length).toBe(32);
    let called = false;
    expect(
      codeOf(() =>
        secret.use(() => {
          called = true;
        }),
      ),
    ).toBe('PRIMITIVES_SECRET_DESTROYED');
    expect(called).toBe(false);
    expect(() => secret.use(() => 0)).toThrow(PrimitivesError);
  });

  it('[S1.4] may be destroyed by the work it is lent to', () => {
    const secret = Secret.copyOf(KEY);
    secret.use(() => secret.destroy());
    expect(secret.destroyed).toBe(true);
  });

  it('[S1.4] is destroyed at the end of a block that uses it', () => {
    let seen: Secret;
    {
      using secret = Secret.copyOf(KEY);
      seen = secret;
      expect(seen.destroyed).toBe(false);
    }
    expect(seen.destroyed).toBe(true);
  });

  it('refuses to be read as a list of bytes, which would give zeros', () => {
    const secret = Secret.copyOf(KEY) as unknown as Uint8Array;
    expect(() => new Uint8Array(secret)).toThrow(TypeError);
    expect(() => Uint8Array.from(secret)).toThrow(TypeError);
    expect(() => Buffer.from(Array.from(secret))).toThrow(TypeError);
    expect(() => [...secret]).toThrow(TypeError);
  });
});
