import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { runIfMain } from './finding.mjs';
import { runProcess } from './run-process.mjs';
import { installedPnpm } from './tools.mjs';
import { listPublicPackages, REPOSITORY_ROOT } from './workspace.mjs';

const AT_A_TIME = availableParallelism();
const ATTW = join(REPOSITORY_ROOT, 'tooling', 'scripts', 'node_modules', '.bin', 'attw');

/**
 * Packs every public package as it would be published and lets publint and "are the types wrong" look at the result.
 *
 * @param {string} root the root folder of a workspace, built
 */
export async function checkPackages(root) {
  const folder = mkdtempSync(join(tmpdir(), 'paykit-pack-'));
  try {
    const packages = listPublicPackages(root);
    const filters = packages.flatMap(({ name }) => ['--filter', name]);
    const pack = ['--recursive', ...filters, 'pack', '--pack-destination', folder];
    const { code, output } = await runProcess(installedPnpm(root), pack, { cwd: root, capture: true });
    if (code !== 0) return { looked: 'nothing', findings: [`packing failed:\n${output}`] };
    const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
    const findings = [];
    for (let at = 0; at < tarballs.length; at += AT_A_TIME) {
      const some = tarballs.slice(at, at + AT_A_TIME).map((tarball) => checkTarball(join(folder, tarball)));
      findings.push(...(await Promise.all(some)).flat());
    }
    if (tarballs.length !== packages.length)
      findings.push(`${packages.length - tarballs.length} packages were not packed`);
    return { looked: `${tarballs.length} packed packages`, findings };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What publint and attw have against one packed package.
 *
 * @param {string} tarball path of a .tgz
 */
export async function checkTarball(tarball) {
  const [lint, types] = await Promise.all([runPublint(tarball), runAttw(tarball)]);
  return [...lint, ...types];
}

/** @param {string} tarball */
async function runPublint(tarball) {
  const bytes = readFileSync(tarball);
  const packed = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: packed }, level: 'suggestion', strict: true });
  return messages.map((message) => `${pkg.name}: ${formatMessage(message, pkg, { color: false })}`);
}

/**
 * The profile leaves out what ESM-only packages fail by design: `require` of old Node versions and old resolution.
 *
 * @param {string} tarball
 */
async function runAttw(tarball) {
  const args = ['--profile', 'esm-only', '--no-emoji', '--no-color', '--format', 'ascii', tarball];
  const { code, output } = await runProcess(ATTW, args, { cwd: REPOSITORY_ROOT, capture: true });
  return code === 0 ? [] : [output.trim()];
}

await runIfMain(import.meta.url, 'packages', checkPackages);
