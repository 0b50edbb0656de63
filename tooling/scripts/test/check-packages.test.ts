import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTarball } from '../check-packages.mjs';
import { type Files, temporaryWorkspace } from './temporary-workspace.ts';

const MANIFEST = {
  name: 'planted',
  version: '1.0.0',
  license: 'MIT',
  type: 'module',
  files: ['dist'],
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
};
const BUILT = {
  'dist/index.js': 'export const one = 1;\n',
  'dist/index.d.ts': 'export declare const one: number;\n',
};

function findings(files: Files) {
  const folder = temporaryWorkspace(files);
  execFileSync('npm', ['pack', '--silent'], { cwd: folder });
  return checkTarball(join(folder, 'planted-1.0.0.tgz'));
}

describe('checkTarball', () => {
  it('accepts an ESM-only package with types', async () => {
    expect(await findings({ 'package.json': MANIFEST, ...BUILT })).toEqual([]);
  });

  it('refuses an entry whose file is not in the package', async () => {
    const found = await findings({ 'package.json': MANIFEST, 'dist/index.d.ts': BUILT['dist/index.d.ts'] });
    expect(found.join('\n')).toContain('dist/index.js');
  });

  it('refuses an entry without types', async () => {
    const found = await findings({ 'package.json': MANIFEST, 'dist/index.js': BUILT['dist/index.js'] });
    expect(found.join('\n')).toContain('dist/index.d.ts');
  });
});
