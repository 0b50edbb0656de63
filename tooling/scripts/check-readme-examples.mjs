import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runIfMain } from './finding.mjs';
import { shown } from './imports.mjs';
import { extractExamples, moduleName, toModule } from './readme-examples.mjs';
import { runProcess } from './run-process.mjs';
import { listFiles, listPackages, REPOSITORY_ROOT } from './workspace.mjs';

/** @typedef {import('./readme-examples.mjs').Example} Example */

const TIME_LIMIT_MS = 30_000;
const TSC = join(REPOSITORY_ROOT, 'node_modules', '.bin', 'tsc');

/** The one private package that depends on every public one: modules below it resolve what a reader would install. */
const ROOM = join(REPOSITORY_ROOT, 'tooling', 'docs', 'dist');

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: ['node'],
    typeRoots: [join(REPOSITORY_ROOT, 'node_modules', '@types')],
    rootDir: '.',
    outDir: 'out',
    noEmitOnError: true,
  },
};

/**
 * Compiles and runs every example of the documents against the built packages.
 *
 * @param {string} root the folder the documents are in
 */
export async function checkReadmeExamples(root) {
  const documents = listDocuments(root);
  const examples = documents.flatMap((document) =>
    extractExamples(document, readFileSync(join(root, document), 'utf8')),
  );
  const looked = `${examples.length} runnable examples in ${documents.length} documents`;
  if (examples.length === 0) return { looked, findings: [] };
  mkdirSync(ROOM, { recursive: true });
  const folder = mkdtempSync(join(ROOM, 'examples-'));
  try {
    const complaints = await compile(folder, examples);
    return { looked, findings: complaints.length > 0 ? complaints : await runAll(folder, examples) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The README of the repository and of each package, and what stands in docs/ (but not the generated reference).
 *
 * @param {string} root
 */
function listDocuments(root) {
  const readmes = [root, ...listPackages(root).map(({ folder }) => folder)].map((folder) =>
    join(folder, 'README.md'),
  );
  const documents = [...readmes.filter(existsSync), ...listFiles(join(root, 'docs'), ['.md'])];
  return documents.map((file) => shown(root, file)).filter((document) => !document.startsWith('docs/api/'));
}

/**
 * @param {string} folder
 * @param {readonly Example[]} examples
 */
async function compile(folder, examples) {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  for (const example of examples) writeFileSync(join(folder, moduleName(example)), toModule(example));
  const { code, output } = await runProcess(TSC, ['-p', folder, '--pretty', 'false'], {
    cwd: folder,
    capture: true,
  });
  return code === 0 ? [] : nameDocuments(output, examples).trim().split('\n');
}

/**
 * @param {string} folder
 * @param {readonly Example[]} examples
 */
async function runAll(folder, examples) {
  /** @type {string[]} */
  const findings = [];
  for (const example of examples) {
    const module = join('out', moduleName(example).replace(/\.ts$/, '.js'));
    const options = { cwd: folder, capture: true, timeLimitMs: TIME_LIMIT_MS };
    const { code, output } = await runProcess(process.execPath, [module], options);
    if (code !== 0)
      findings.push(`${example.document}:${example.line} ended with status ${code}:\n${output}`);
  }
  return findings;
}

/**
 * Puts the documents back where the compiler names the modules made of them.
 *
 * @param {string} output
 * @param {readonly Example[]} examples
 */
function nameDocuments(output, examples) {
  return examples.reduce((text, example) => text.replaceAll(moduleName(example), example.document), output);
}

await runIfMain(import.meta.url, 'readme-examples', checkReadmeExamples);
