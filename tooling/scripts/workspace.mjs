import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this repository. */
export const REPOSITORY_ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * What the checks read of a package.json.
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {boolean} [private]
 * @property {Record<string, ExportTarget>} [exports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [devDependencies]
 */

/** @typedef {string | null | { [condition: string]: ExportTarget }} ExportTarget */

/**
 * One package of the workspace.
 *
 * @typedef {object} WorkspacePackage
 * @property {string} name as in its package.json
 * @property {string} area the top folder: `packages`, `apps` or `tooling`
 * @property {string} folder absolute
 * @property {Manifest} manifest
 */

const AREAS = ['packages', 'apps', 'tooling'];

/**
 * Every package of the workspace, in the order of its folders.
 *
 * @param {string} root the root folder of a workspace
 * @returns {WorkspacePackage[]}
 */
export function listPackages(root) {
  return AREAS.flatMap((area) =>
    listFolders(join(root, area)).flatMap((name) => {
      const folder = join(root, area, name);
      const file = join(folder, 'package.json');
      if (!existsSync(file)) return [];
      const manifest = /** @type {Manifest} */ (JSON.parse(readFileSync(file, 'utf8')));
      return [{ name: manifest.name, area, folder, manifest }];
    }),
  );
}

/**
 * The packages that are published.
 *
 * @param {string} root
 */
export function listPublicPackages(root) {
  return listPackages(root).filter(({ area, manifest }) => area === 'packages' && !manifest.private);
}

/** @param {string} folder */
function listFolders(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Every file under a folder whose name ends in one of the endings, absolute and sorted; none if there is no folder.
 *
 * @param {string} folder
 * @param {readonly string[]} endings
 * @returns {string[]}
 */
export function listFiles(folder, endings) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.slice(folder.length).includes(`node_modules`))
    .sort();
}

/**
 * One file behind a public subpath.
 *
 * @typedef {object} Entry
 * @property {string} subpath `.`, `./testing`, …
 * @property {readonly string[]} conditions those that lead to the file, outermost first
 * @property {string} target relative to the package folder
 */

/**
 * Every file that the `exports` of a package lead to, whatever the conditions.
 *
 * @param {Manifest} manifest
 * @returns {Entry[]}
 */
export function listEntries(manifest) {
  /** @type {(subpath: string, conditions: string[], target: ExportTarget) => Entry[]} */
  const walk = (subpath, conditions, target) => {
    if (target === null) return [];
    if (typeof target === 'string') return [{ subpath, conditions, target }];
    return Object.entries(target).flatMap(([condition, inner]) =>
      walk(subpath, [...conditions, condition], inner),
    );
  };
  return Object.entries(manifest.exports ?? {})
    .filter(([subpath]) => subpath !== './package.json')
    .flatMap(([subpath, target]) => walk(subpath, [], target));
}

/** The condition under which `exports` lead to sources. */
export const SOURCE_CONDITION = '@pubky-paykit/source';

/**
 * The sources behind the public subpaths.
 *
 * @param {Manifest} manifest
 */
export function listSourceEntries(manifest) {
  return listEntries(manifest).filter(({ conditions }) => conditions.includes(SOURCE_CONDITION));
}
