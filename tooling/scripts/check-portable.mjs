import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNodeEntry } from './check-boundaries.mjs';
import { runIfMain } from './finding.mjs';
import { runProcess } from './run-process.mjs';
import { listPublicPackages, listSourceEntries, REPOSITORY_ROOT, SOURCE_CONDITION } from './workspace.mjs';

const TSC = join(REPOSITORY_ROOT, 'node_modules', '.bin', 'tsc');

/** A bundler's view: the language alone, no globals of Node or browsers, no `node` condition. */
const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  types: [],
  module: 'esnext',
  moduleResolution: 'bundler',
  customConditions: [SOURCE_CONDITION],
  allowImportingTsExtensions: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Compiles what browsers and React Native get without any globals but the language's. The packages themselves cannot
 * show this where one of their subpaths needs the types of Node.
 *
 * @param {string} root the root folder of a workspace
 */
export async function checkPortable(root) {
  const files = listPublicPackages(root).flatMap(({ folder, manifest }) =>
    listSourceEntries(manifest)
      .filter(({ subpath, conditions }) => !isNodeEntry(subpath, conditions))
      .map(({ target }) => join(folder, target)),
  );
  const folder = mkdtempSync(join(tmpdir(), 'paykit-portable-'));
  try {
    const project = join(folder, 'tsconfig.json');
    writeFileSync(project, JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files }));
    const args = ['--project', project, '--pretty', 'false'];
    const { code, output } = await runProcess(TSC, args, { cwd: root, capture: true });
    return {
      looked: `${files.length} portable entries`,
      findings: code === 0 ? [] : output.trim().split('\n'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runIfMain(import.meta.url, 'portable', checkPortable);
