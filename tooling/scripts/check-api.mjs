import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { runIfMain } from './finding.mjs';
import { listEntries, listPublicPackages, SOURCE_CONDITION } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */
/** @typedef {{ title: string, lines: string[] }} Section */

/** The reviewed list, relative to the root. */
export const API_FILE = 'docs/api.txt';

const HEADER = [
  '# Every public name and every error code of every package, for review.',
  '# Rewritten by `npm run check -- api --update`; a line that goes away is a breaking change.',
];

/** What a name is, first match wins: an exported class is a value and a type, and is listed as a class. */
const KINDS = /** @type {const} */ ([
  [ts.SymbolFlags.Class, 'class'],
  [ts.SymbolFlags.Function, 'function'],
  [ts.SymbolFlags.Variable, 'const'],
  [ts.SymbolFlags.Interface, 'interface'],
  [ts.SymbolFlags.TypeAlias, 'type'],
]);

/**
 * Compares what the built packages export, and the error codes they define, with the reviewed list.
 *
 * @param {string} root the root folder of a workspace, built
 * @param {readonly string[]} [flags] `--update` rewrites the list instead
 * @returns {Promise<import('./finding.mjs').Verdict>}
 */
export async function checkApi(root, flags = []) {
  const { sections, findings } = await listApi(root);
  const text = [...HEADER, ...sections.flatMap(({ title, lines }) => ['', title, ...lines]), ''].join('\n');
  const file = join(root, API_FILE);
  const names = sections.reduce((sum, { lines }) => sum + lines.length, 0);
  const looked = `${names} names and codes in ${API_FILE}`;
  if (flags.includes('--update')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return { looked: `${looked}, rewritten`, findings };
  }
  const changes = compareListings(existsSync(file) ? readFileSync(file, 'utf8') : '', text);
  const notes = changes.length === 0 ? [] : ['if the changes are meant: npm run check -- api --update'];
  return { looked, findings: [...findings, ...changes], notes };
}

/**
 * Every public name and code of every package.
 *
 * @param {string} root
 * @returns {Promise<{ sections: Section[], findings: string[] }>}
 */
export async function listApi(root) {
  /** @type {Section[]} */
  const sections = [];
  /** @type {string[]} */
  const findings = [];
  for (const workspacePackage of listPublicPackages(root)) {
    const builds = listBuilds(workspacePackage);
    const missing = builds.filter(({ file }) => !existsSync(file));
    if (missing.length > 0) {
      findings.push(...missing.map(({ subpath }) => `${workspacePackage.name} ${subpath} is not built`));
      continue;
    }
    const namesByFile = readDeclaredNames(builds.map(({ declarations }) => declarations));
    /** @type {Map<string, string>} */
    const codes = new Map();
    /** @type {Map<string, string[]>} */
    const listed = new Map();
    for (const { subpath, file, declarations } of builds) {
      const names = namesByFile.get(declarations) ?? [];
      const before = listed.get(subpath);
      if (before !== undefined && before.join() !== names.join()) {
        findings.push(
          `${workspacePackage.name} ${subpath} exports different names under different conditions`,
        );
      }
      listed.set(subpath, names);
      for (const [code, facts] of await readErrorCodes(file)) codes.set(code, facts);
    }
    for (const [subpath, names] of listed) {
      sections.push({ title: joinSubpath(workspacePackage.name, subpath), lines: names });
    }
    const codeLines = [...codes].sort().map(([code, facts]) => `  ${code}${facts}`);
    if (codeLines.length > 0)
      sections.push({ title: `${workspacePackage.name}: error codes`, lines: codeLines });
  }
  return { sections, findings };
}

/**
 * @param {string} name
 * @param {string} subpath
 */
function joinSubpath(name, subpath) {
  return subpath === '.' ? name : `${name}${subpath.slice(1)}`;
}

/**
 * The built module behind every entry, with its declarations beside it.
 *
 * @param {WorkspacePackage} workspacePackage
 */
function listBuilds({ folder, manifest }) {
  return listEntries(manifest)
    .filter(({ conditions, target }) => !conditions.includes(SOURCE_CONDITION) && target.endsWith('.js'))
    .map(({ subpath, target }) => {
      const file = join(folder, target);
      return { subpath, file, declarations: file.replace(/\.js$/, '.d.ts') };
    });
}

/**
 * The exported names of declaration files, as `  kind name`, sorted by name.
 *
 * @param {readonly string[]} files
 * @returns {Map<string, string[]>}
 */
function readDeclaredNames(files) {
  const program = ts.createProgram([...files], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(file);
      const module = source && checker.getSymbolAtLocation(source);
      const symbols = module === undefined ? [] : checker.getExportsOfModule(module);
      const names = symbols.map((symbol) => ({ name: symbol.name, kind: kindOf(checker, symbol) }));
      names.sort((a, b) => (a.name < b.name ? -1 : 1));
      return [file, names.map(({ name, kind }) => `  ${kind} ${name}`)];
    }),
  );
}

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 */
function kindOf(checker, symbol) {
  const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return KINDS.find(([flag]) => real.flags & flag)?.[1] ?? 'name';
}

/**
 * The codes of the error classes a module exports, with what a caller may rely on besides the code.
 *
 * @param {string} file
 * @returns {Promise<[code: string, facts: string][]>}
 */
async function readErrorCodes(file) {
  const module = /** @type {Record<string, unknown>} */ (await import(pathToFileURL(file).href));
  return Object.values(module).flatMap((value) => {
    if (typeof value !== 'function' || !('table' in value)) return [];
    const table = /** @type {Record<string, { retryable: boolean, wireCode?: number }>} */ (value.table);
    return Object.entries(table).map(([code, { retryable, wireCode }]) => {
      const facts = [retryable ? 'retryable' : '', wireCode === undefined ? '' : `wire ${wireCode}`];
      const told = facts.filter((fact) => fact !== '').join(', ');
      return /** @type {[string, string]} */ ([code, told === '' ? '' : ` (${told})`]);
    });
  });
}

/**
 * One line for every name that came or went, each with its section.
 *
 * @param {string} reviewed
 * @param {string} actual
 */
export function compareListings(reviewed, actual) {
  const before = new Set(qualifyLines(reviewed));
  const after = new Set(qualifyLines(actual));
  return [
    ...[...before].filter((line) => !after.has(line)).map((line) => `gone: ${line}`),
    ...[...after].filter((line) => !before.has(line)).map((line) => `new: ${line}`),
  ];
}

/** @param {string} listing */
function qualifyLines(listing) {
  let title = '';
  return listing.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    if (line.startsWith('  ')) return [`${title}: ${line.trim()}`];
    title = line;
    return [];
  });
}

await runIfMain(import.meta.url, 'api', checkApi);
