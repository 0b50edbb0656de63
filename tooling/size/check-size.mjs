import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { runIfMain } from '../scripts/finding.mjs';
import { BUDGETS } from './budgets.mjs';

/** @typedef {import('./budgets.mjs').Budget} Budget */

const EXPLAINED_FILES = 12;

/**
 * Bundles every budgeted import as an app for browsers would and weighs the result.
 *
 * @param {string} root the root folder of a workspace, built
 * @param {readonly string[]} [flags] `--explain` lists what each bundle is made of
 */
export function checkSize(root, flags = []) {
  return checkBudgets(join(root, 'tooling', 'size'), BUDGETS, flags.includes('--explain'));
}

/**
 * @param {string} folder where the imports resolve from
 * @param {readonly Budget[]} budgets
 * @param {boolean} [explain]
 * @returns {Promise<import('../scripts/finding.mjs').Verdict>}
 */
export async function checkBudgets(folder, budgets, explain = false) {
  /** @type {string[]} */
  const findings = [];
  const notes = [];
  for (const budget of budgets) {
    const { name, limitBytes, lacks = [] } = budget;
    try {
      const { bytes, parts, files } = await weigh(folder, budget);
      for (const end of lacks) {
        const found = files.find((file) => file.endsWith(`/${end}`));
        if (found !== undefined) findings.push(`${name}: carries ${end}`);
      }
      const share = `${Math.round((bytes / limitBytes) * 100)} %`;
      notes.push(
        `${String(bytes).padStart(7)} of ${String(limitBytes).padStart(6)} B gzip ${share.padStart(6)}  ${name}`,
      );
      if (explain) notes.push(...parts.slice(0, EXPLAINED_FILES));
      if (bytes > limitBytes) findings.push(`${name}: ${bytes} B is ${bytes - limitBytes} B over its budget`);
    } catch (error) {
      findings.push(`${name}: does not bundle: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { looked: `${budgets.length} bundles`, findings, notes };
}

/**
 * The gzipped bytes of a module and everything it imports, minified, on the backends of browsers; and the files in it,
 * largest first, before gzip.
 *
 * @param {string} folder where the imports resolve from
 * @param {Budget} budget
 */
async function weigh(folder, { code, without = [] }) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder, loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: [...without],
    logLevel: 'silent',
    legalComments: 'none',
  });
  const inputs = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const files = inputs.map(([file]) => file);
  const parts = inputs
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .map(
      ([file, { bytesInOutput }]) =>
        `${String(bytesInOutput).padStart(14)} B  ${file.replace(/.*node_modules\//, '')}`,
    );
  const bytes = gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).byteLength;
  return { bytes, parts, files };
}

await runIfMain(import.meta.url, 'size', checkSize);
