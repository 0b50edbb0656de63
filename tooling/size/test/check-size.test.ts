import { describe, expect, it } from 'vitest';
import { BUDGETS } from '../budgets.mjs';
import { checkBudgets } from '../check-size.mjs';

const CODE = `export const text = 'a module of a few dozen bytes';`;

describe('checkBudgets', () => {
  it('accepts a bundle within its budget', async () => {
    const { findings, notes } = await checkBudgets('.', [{ name: 'small', code: CODE, limitBytes: 200 }]);
    expect(findings).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/of\s+200 B gzip/)]);
  });

  it('refuses a bundle over its budget and one that does not resolve', async () => {
    const { findings } = await checkBudgets('.', [
      { name: 'large', code: CODE, limitBytes: 10 },
      { name: 'broken', code: `import 'no-such-package-anywhere';`, limitBytes: 10 },
    ]);
    expect(findings).toEqual([
      expect.stringMatching(/^large: .* over its budget$/),
      expect.stringMatching(/^broken: does not bundle/),
    ]);
  });
});

describe('a row that lacks files', () => {
  it('refuses a bundle that carries one of them', async () => {
    const code = `export { NN } from '@pubky-paykit/noise-core';`;
    const rows = ['patterns/interactive.js', 'patterns/deferred.js'].map((end) => ({
      name: end,
      code,
      lacks: [end],
      limitBytes: 1_000,
    }));
    const { findings } = await checkBudgets(new URL('..', import.meta.url).pathname, rows);
    expect(findings).toEqual(['patterns/interactive.js: carries patterns/interactive.js']);
  });
});

describe('BUDGETS', () => {
  it('has one row per name', () => {
    expect(new Set(BUDGETS.map(({ name }) => name)).size).toBe(BUDGETS.length);
  });
});
