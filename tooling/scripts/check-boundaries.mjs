import { join } from 'node:path';
import { runIfMain } from './finding.mjs';
import { isNodeBuiltin, isRelative, reach, readSourceGraph, shown, splitSpecifier } from './imports.mjs';
import { listPackages, listSourceEntries } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */
/** @typedef {import('./imports.mjs').SourceGraph} SourceGraph */

const CORE = [
  '@pubky-paykit/primitives',
  '@pubky-paykit/noise-core',
  '@pubky-paykit/patterns',
  '@pubky-paykit/pkarr-discovery',
  '@pubky-paykit/homeserver',
  '@pubky-paykit/session-store',
  '@pubky-paykit/transport',
  '@pubky-paykit/paykit-protocol',
];

/**
 * Who may import whom. What is not here is refused: a package that needs another one names a port instead.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const ALLOWED_IMPORTS = {
  '@pubky-paykit/primitives': [],
  '@pubky-paykit/noise-core': ['@pubky-paykit/primitives'],
  '@pubky-paykit/pkarr-discovery': ['@pubky-paykit/primitives'],
  '@pubky-paykit/homeserver': ['@pubky-paykit/primitives'],
  '@pubky-paykit/paykit-protocol': ['@pubky-paykit/primitives'],
  '@pubky-paykit/patterns': ['@pubky-paykit/noise-core', '@pubky-paykit/primitives'],
  '@pubky-paykit/session-store': ['@pubky-paykit/noise-core', '@pubky-paykit/primitives'],
  '@pubky-paykit/transport': [
    '@pubky-paykit/patterns',
    '@pubky-paykit/noise-core',
    '@pubky-paykit/primitives',
  ],
  // The network speaks the wire of the homeserver package, so that no codec stands twice.
  '@pubky-paykit/testnet': [
    '@pubky-paykit/homeserver',
    '@pubky-paykit/pkarr-discovery',
    '@pubky-paykit/primitives',
  ],
  'pubky-paykit': CORE,
};

/** Apps see the umbrella only, and the test network for their local mode. */
export const ALLOWED_IN_APPS = ['pubky-paykit', '@pubky-paykit/testnet'];

/** Subpaths that exist only where Node does, besides whatever stands under a `node` condition. */
export const NODE_SUBPATHS = ['./node', './tcp'];

/** Test doubles: for tests of any package, for sources of none. */
const TESTING_SUBPATH = './testing';

/** @param {WorkspacePackage} workspacePackage */
function allowedFor({ name, area }) {
  return area === 'apps' ? ALLOWED_IN_APPS : ALLOWED_IMPORTS[name];
}

/**
 * Refuses every import the layers of the project do not allow, node built-ins in portable files, test doubles in
 * sources, and imports that package.json does not declare.
 *
 * @param {string} root the root folder of a workspace
 */
export function checkBoundaries(root) {
  const packages = listPackages(root);
  const names = new Set(packages.map(({ name }) => name));
  let files = 0;
  const layered = packages.filter(({ area }) => area !== 'tooling');
  const findings = layered.flatMap((workspacePackage) => {
    const allowed = allowedFor(workspacePackage);
    if (allowed === undefined) {
      return [`${workspacePackage.name} stands in no layer: add it to ALLOWED_IMPORTS`];
    }
    const graph = readSourceGraph(workspacePackage);
    files += graph.files.length;
    return [
      ...checkManifest(workspacePackage, allowed, names),
      ...checkUnused(workspacePackage, graph, packages),
      ...checkImports(root, workspacePackage, graph, allowed, names),
      ...(workspacePackage.area === 'packages' ? checkPortability(root, workspacePackage, graph) : []),
    ];
  });
  return { looked: `${files} files of ${layered.length} packages`, findings };
}

/**
 * @param {WorkspacePackage} workspacePackage
 * @param {readonly string[]} allowed
 * @param {ReadonlySet<string>} names
 */
function checkManifest({ name, manifest }, allowed, names) {
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter((dependency) => names.has(dependency) && !allowed.includes(dependency))
    .map((dependency) => `package.json of ${name} depends on ${dependency}, which its layer may not import`);
}

/**
 * Users would install a third-party package for nothing. Packages of the workspace may be declared ahead of their use, and
 * an app provides what the packages below it take as peers.
 *
 * @param {WorkspacePackage} workspacePackage
 * @param {SourceGraph} graph
 * @param {readonly WorkspacePackage[]} packages
 */
function checkUnused({ name, manifest }, graph, packages) {
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const imported = [...graph.specifiers.values()].flat().map((each) => splitSpecifier(each).name);
  const below = packages.filter((each) => dependencies.includes(each.name));
  const peers = below.flatMap((each) => Object.keys(each.manifest.peerDependencies ?? {}));
  const used = new Set([...imported, ...peers, ...packages.map((each) => each.name)]);
  return dependencies
    .filter((dependency) => !used.has(dependency))
    .map((dependency) => `package.json of ${name} depends on ${dependency}, which no source imports`);
}

/**
 * @param {string} root
 * @param {WorkspacePackage} workspacePackage
 * @param {SourceGraph} graph
 * @param {readonly string[]} allowed
 * @param {ReadonlySet<string>} names
 */
function checkImports(root, { name, folder, manifest }, graph, allowed, names) {
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  const source = join(folder, 'src');
  /** @type {(file: string, specifier: string) => string | undefined} */
  const objection = (file, specifier) => {
    if (isRelative(specifier)) {
      if (!/\.(ts|tsx)$/.test(specifier)) return 'does not end in .ts';
      const inside = graph.edges.get(file)?.every((target) => target.startsWith(source));
      return inside ? undefined : 'leaves the sources of its package';
    }
    if (isNodeBuiltin(specifier)) return undefined;
    const wanted = splitSpecifier(specifier);
    if (names.has(wanted.name)) {
      if (wanted.subpath === TESTING_SUBPATH && !isTestDouble(source, file)) return 'is for tests only';
      if (wanted.name === name) return undefined;
      if (!allowed.includes(wanted.name)) return `is not in a layer below ${name}`;
    }
    return wanted.name in declared ? undefined : `is not among the dependencies of ${name}`;
  };
  return [...graph.specifiers].flatMap(([file, specifiers]) =>
    specifiers.flatMap((specifier) => {
      const reason = objection(file, specifier);
      return reason === undefined ? [] : [`${shown(root, file)}: '${specifier}' ${reason}`];
    }),
  );
}

/**
 * Test doubles may build on the test doubles of the layers below.
 *
 * @param {string} source
 * @param {string} file
 */
function isTestDouble(source, file) {
  const inside = shown(source, file);
  return inside === 'testing.ts' || inside.startsWith('testing/');
}

/**
 * A file may know Node only if Node entries lead to it and no portable entry does.
 *
 * @param {string} root
 * @param {WorkspacePackage} workspacePackage
 * @param {SourceGraph} graph
 */
function checkPortability(root, { folder, manifest }, graph) {
  const entries = listSourceEntries(manifest);
  /** @param {boolean} node */
  const starts = (node) =>
    entries
      .filter(({ subpath, conditions }) => node === isNodeEntry(subpath, conditions))
      .map(({ target }) => join(folder, target));
  const portable = reach(starts(false), graph.edges);
  const nodeOnly = reach(starts(true), graph.edges);
  return [...graph.specifiers].flatMap(([file, specifiers]) => {
    if (!portable.has(file) && nodeOnly.has(file)) return [];
    const why = portable.has(file)
      ? `portable code reaches it: ${chain(root, portable, file)}`
      : 'no Node entry leads here';
    return specifiers
      .filter((specifier) => isNodeBuiltin(specifier) || isNodeSubpath(specifier))
      .map((specifier) => `${shown(root, file)}: '${specifier}' needs Node, and ${why}`);
  });
}

/**
 * Whether only Node ever gets what stands behind this subpath under these conditions.
 *
 * @param {string} subpath
 * @param {readonly string[]} conditions
 */
export function isNodeEntry(subpath, conditions) {
  return NODE_SUBPATHS.includes(subpath) || conditions.includes('node');
}

/** @param {string} specifier */
function isNodeSubpath(specifier) {
  const { name, subpath } = splitSpecifier(specifier);
  return name in ALLOWED_IMPORTS && NODE_SUBPATHS.includes(subpath);
}

/**
 * @param {string} root
 * @param {ReadonlyMap<string, string | undefined>} reached
 * @param {string} file
 */
function chain(root, reached, file) {
  const steps = [];
  for (let at = /** @type {string | undefined} */ (file); at !== undefined; at = reached.get(at)) {
    steps.unshift(shown(root, at));
  }
  return steps.join(' → ');
}

await runIfMain(import.meta.url, 'boundaries', checkBoundaries);
