import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { listFiles, listSourceEntries } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */

/**
 * The imports of one package's sources.
 *
 * @typedef {object} SourceGraph
 * @property {string[]} files absolute
 * @property {Map<string, string[]>} specifiers every specifier as written, by file
 * @property {Map<string, string[]>} edges the files of the same package each file imports
 */

/**
 * Every module a source text names: imports, re-exports, `import()` and import types, but nothing in a comment.
 *
 * @param {string} text
 */
export function listSpecifiers(text) {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/**
 * `@scope/name/sub/path` → `@scope/name` and `./sub/path`; `name` → `name` and `.`.
 *
 * @param {string} specifier
 */
export function splitSpecifier(specifier) {
  const parts = specifier.split('/');
  const nameParts = specifier.startsWith('@') ? 2 : 1;
  const rest = parts.slice(nameParts);
  return {
    name: parts.slice(0, nameParts).join('/'),
    subpath: rest.length === 0 ? '.' : `./${rest.join('/')}`,
  };
}

/** @param {string} specifier */
export function isRelative(specifier) {
  return specifier.startsWith('./') || specifier.startsWith('../');
}

/** @param {string} specifier */
export function isNodeBuiltin(specifier) {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

/**
 * Reads the sources of a package and who imports whom among them. An import of the package by its own name counts as
 * an edge to every file its `exports` may lead to.
 *
 * @param {WorkspacePackage} workspacePackage
 * @returns {SourceGraph}
 */
export function readSourceGraph({ name, folder, manifest }) {
  const files = listFiles(join(folder, 'src'), ['.ts', '.tsx']);
  const specifiers = new Map(files.map((file) => [file, listSpecifiers(readFileSync(file, 'utf8'))]));
  const entries = listSourceEntries(manifest);
  /** @type {(file: string, specifier: string) => string[]} */
  const resolve = (file, specifier) => {
    if (isRelative(specifier)) return [join(dirname(file), specifier)];
    const wanted = splitSpecifier(specifier);
    if (wanted.name !== name) return [];
    return entries
      .filter(({ subpath }) => subpath === wanted.subpath)
      .map(({ target }) => join(folder, target));
  };
  const edges = new Map(
    [...specifiers].map(([file, list]) => [file, list.flatMap((specifier) => resolve(file, specifier))]),
  );
  return { files, specifiers, edges };
}

/**
 * Every node reachable from the starting ones, with the node it was first reached from.
 *
 * @param {readonly string[]} starts
 * @param {ReadonlyMap<string, readonly string[]>} edges
 * @returns {Map<string, string | undefined>}
 */
export function reach(starts, edges) {
  /** @type {Map<string, string | undefined>} */
  const reached = new Map(starts.map((start) => [start, undefined]));
  for (const node of reached.keys()) {
    for (const next of edges.get(node) ?? []) if (!reached.has(next)) reached.set(next, node);
  }
  return reached;
}

/**
 * A path for messages: relative to the root, with forward slashes.
 *
 * @param {string} root
 * @param {string} file
 */
export function shown(root, file) {
  return relative(root, file).replaceAll('\\', '/');
}
