import { describe, expect, it } from 'vitest';
import { checkCycles, findCycles } from '../check-cycles.mjs';
import { type Files, manifest, temporaryWorkspace } from './temporary-workspace.ts';

const CLEAN = {
  'packages/a/package.json': manifest('a', { dependencies: ['b'] }),
  'packages/a/src/index.ts': `export { one } from './one.ts';`,
  'packages/a/src/one.ts': 'export const one = 1;',
  'packages/b/package.json': manifest('b', {}),
  'packages/b/src/index.ts': 'export {};',
};

function findings(changes: Files) {
  return checkCycles(temporaryWorkspace({ ...CLEAN, ...changes })).findings;
}

describe('checkCycles', () => {
  it('accepts a tree', () => {
    expect(findings({})).toEqual([]);
  });

  it('refuses two files that import each other, even for types only', () => {
    expect(
      findings({ 'packages/a/src/one.ts': `import type {} from './index.ts';\nexport const one = 1;` }),
    ).toEqual(['packages/a/src/index.ts → packages/a/src/one.ts → packages/a/src/index.ts']);
  });

  it('refuses a cycle that goes through the name of the package', () => {
    expect(findings({ 'packages/a/src/one.ts': `export { one } from 'a';` })).toHaveLength(1);
  });

  it('refuses two packages that depend on each other', () => {
    expect(findings({ 'packages/b/package.json': manifest('b', { dependencies: ['a'] }) })).toEqual([
      'a → b → a',
    ]);
  });
});

describe('findCycles', () => {
  it('does not take two ways to one file for a cycle', () => {
    const diamond = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
    ]);
    expect(findCycles(diamond)).toEqual([]);
  });
});
