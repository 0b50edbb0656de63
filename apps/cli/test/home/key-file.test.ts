import { inspect } from 'node:util';
import fc from 'fast-check';
import { hex, identityPublicKey, Secret, systemRandom } from 'pubky-paykit';
import { beforeAll, describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { HomeFailed } from '../../src/home/home-errors.ts';
import { decodeKeyFile, encodeKeyFile, type KeyFileHeader, openKeyFile } from '../../src/home/key-file.ts';
import { createSeal, type Protection, type Seal } from '../../src/home/seal.ts';
import { CHEAP } from './command-run.ts';

const SEED = new Uint8Array(32).fill(7);
const PLACE = '/somewhere/identity.json';
const protection: Protection = { kind: 'passphrase', cost: CHEAP, salt: new Uint8Array(16).fill(3) };
const header: KeyFileHeader = {
  identity: identityPublicKey(SEED),
  device: 'default',
  origin: 'created',
  protection,
};

const sealFor = (passphrase: string): Promise<Seal> =>
  createSeal(protection, Secret.copyOf(new TextEncoder().encode(passphrase)), systemRandom);

let seal: Seal;
let bytes: Uint8Array;
beforeAll(async () => {
  seal = await sealFor('correct horse');
  bytes = encodeKeyFile(header, seal, Secret.copyOf(SEED));
});

const text = (): string => new TextDecoder().decode(bytes);
const changed = (from: string | RegExp, to: string): Uint8Array =>
  new TextEncoder().encode(text().replace(from, to));

function problemOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof HomeFailed ? error.problem : `not coded: ${error}`;
  }
}

describe('encodeKeyFile', () => {
  it('keeps the seed where only the passphrase gets at it [S1.1]', () => {
    const file = decodeKeyFile(bytes, PLACE);
    expect({ ...file, sealed: undefined }).toEqual({ ...header, sealed: undefined });
    expect(openKeyFile(file, seal, PLACE)?.use((seed) => seed.slice())).toEqual(SEED);
    expect(text()).not.toContain(hex.encode(SEED));
    expect(text()).not.toContain(Buffer.from(SEED).toString('base64').slice(0, 20));
    expect(inspect({ file, seal }, { depth: 9 })).not.toContain(Buffer.from(SEED).toString('hex'));
  });

  it('seals a public identity with nothing in it, which still tells a wrong passphrase', async () => {
    const publicHeader = { ...header, origin: 'public' } as const;
    const file = decodeKeyFile(encodeKeyFile(publicHeader, seal, undefined), PLACE);
    expect(openKeyFile(file, seal, PLACE)).toBeUndefined();
    const wrong = await sealFor('incorrect horse');
    expect(problemOf(() => openKeyFile(file, wrong, PLACE))).toBe('wrong passphrase');
  });

  it('never uses a nonce twice', () => {
    const again = encodeKeyFile(header, seal, Secret.copyOf(SEED));
    expect(new TextDecoder().decode(again)).not.toBe(text());
  });
});

describe('openKeyFile', () => {
  it('tells a wrong passphrase from damage', async () => {
    const wrong = await sealFor('incorrect horse');
    expect(problemOf(() => openKeyFile(decodeKeyFile(bytes, PLACE), wrong, PLACE))).toBe('wrong passphrase');
  });

  it.each([
    ['device', { ...header, device: 'phone' }],
    ['identity', { ...header, identity: identityPublicKey(new Uint8Array(32).fill(8)) }],
    ['origin', { ...header, origin: 'imported' as const }],
  ])('does not open a seed under another %s', (_, other) => {
    const { sealed } = decodeKeyFile(bytes, PLACE);
    expect(problemOf(() => openKeyFile({ ...other, sealed }, seal, PLACE))).toBe('wrong passphrase');
  });

  it('refuses a seed that is not of the identity', () => {
    const other = { ...header, identity: identityPublicKey(new Uint8Array(32).fill(8)) };
    const file = decodeKeyFile(encodeKeyFile(other, seal, Secret.copyOf(SEED)), PLACE);
    expect(problemOf(() => openKeyFile(file, seal, PLACE))).toBe('damaged');
  });
});

describe('decodeKeyFile', () => {
  it.each([
    ['nothing', new Uint8Array(), 'damaged'],
    ['a file of something else', new TextEncoder().encode('{"format":"pem"}'), 'damaged'],
    ['what is no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'damaged'],
    ['a list', new TextEncoder().encode('[1]'), 'damaged'],
  ])('refuses %s', (_, content, problem) => {
    expect(problemOf(() => decodeKeyFile(content, PLACE))).toBe(problem);
  });

  it.each([
    ['a newer version', '"version": 1', '"version": 2', 'newer version'],
    ['a version that is a text', '"version": 1', '"version": "1"', 'damaged'],
    ['a version of before the first', '"version": 1', '"version": 0', 'damaged'],
    ['another device', '"device": "default"', '"device": "phone"', 'damaged'],
    ['an unknown origin', '"origin": "created"', '"origin": "found"', 'damaged'],
    ['more memory than is bearable', `"n": ${CHEAP.n}`, `"n": ${2 ** 30}`, 'too costly'],
    ['an additional field', '"device"', '"extra": 1,\n  "device"', 'damaged'],
    ['a missing field', /"origin": "created",\n {2}/, '', 'damaged'],
    ['a short salt', /"salt": "[^"]+"/, '"salt": "AAAA"', 'damaged'],
  ] as const)('tells %s', (_, from, to, problem) => {
    expect(problemOf(() => decodeKeyFile(changed(from, to), PLACE))).toBe(problem);
  });

  it('takes any changed byte for damage, a newer version or too great a cost, and quotes none of it', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = bytes.slice();
        broken[at] = (broken[at] as number) ^ change;
        const problem = problemOf(() => decodeKeyFile(broken, PLACE));
        expect(['damaged', 'newer version', 'too costly']).toContain(problem);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('takes every truncation for damage', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(problemOf(() => decodeKeyFile(bytes.subarray(0, length), PLACE))).toBe('damaged');
    }
  });
});
