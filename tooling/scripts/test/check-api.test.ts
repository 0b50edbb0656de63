import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_FILE, checkApi, compareListings } from '../check-api.mjs';
import { manifest, temporaryWorkspace } from './temporary-workspace.ts';

function builtPackage() {
  return temporaryWorkspace({
    'packages/a/package.json': manifest('a', { subpaths: { '.': 'index', './testing': 'testing' } }),
    'packages/a/dist/index.js': `
      export class ShopError extends Error {}
      ShopError.table = { SHOP_SHUT: { retryable: true, wireCode: 7 }, SHOP_GONE: { retryable: false } };
      export const open = () => {};`,
    'packages/a/dist/index.d.ts': `
      export declare class ShopError extends Error {}
      export declare function open(): void;
      export interface Shop { readonly name: string }`,
    'packages/a/dist/testing.js': 'export const shop = {};',
    'packages/a/dist/testing.d.ts': 'export declare const shop: object;',
  });
}

describe('checkApi', () => {
  it('writes every name of every subpath and every code, and then accepts them', async () => {
    const root = builtPackage();
    await checkApi(root, ['--update']);
    const written = readFileSync(join(root, API_FILE), 'utf8').split('\n').slice(3);
    expect(written).toEqual([
      'a',
      '  interface Shop',
      '  class ShopError',
      '  function open',
      '',
      'a/testing',
      '  const shop',
      '',
      'a: error codes',
      '  SHOP_GONE',
      '  SHOP_SHUT (retryable, wire 7)',
      '',
    ]);
    expect((await checkApi(root)).findings).toEqual([]);
  });

  it('refuses names nobody reviewed', async () => {
    const { findings } = await checkApi(builtPackage());
    expect(findings).toHaveLength(6);
    expect(findings[0]).toMatch(/^new: a: interface Shop/);
  });

  it('refuses a subpath that is not built', async () => {
    const root = temporaryWorkspace({ 'packages/a/package.json': manifest('a', {}) });
    expect((await checkApi(root)).findings).toEqual(['a . is not built']);
  });
});

describe('compareListings', () => {
  it('names what went away, with its package', () => {
    expect(compareListings('# note\n\na\n  const x\n  const y\n', 'a\n  const x\n')).toEqual([
      expect.stringMatching(/^gone: a: const y/),
    ]);
  });
});
