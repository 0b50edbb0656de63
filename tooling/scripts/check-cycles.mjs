import { runIfMain } from './finding.mjs';
import { readSourceGraph, shown, splitSpecifier } from './imports.mjs';
import { listPackages } from './workspace.mjs';

/**
 * Refuses import cycles between the files of a package (type imports too: they are cycles of thought) and between
 * packages.
 *
 * @param {string} root the root folder of a workspace
 */
export function checkCycles(root) {
  const packages = listPackages(root).filter(({ area }) => area !== 'tooling');
  const graphs = packages.map((workspacePackage) => ({
    ...workspacePackage,
    ...readSourceGraph(workspacePackage),
  }));
  const names = new Set(packages.map(({ name }) => name));
  const packageEdges = new Map(
    graphs.map(({ name, manifest, specifiers }) => {
      const imported = [...specifiers.values()].flat().map((specifier) => splitSpecifier(specifier).name);
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      const others = [...imported, ...declared].filter((other) => names.has(other) && other !== name);
      return /** @type {const} */ ([name, [...new Set(others)]]);
    }),
  );
  const findings = [
    ...graphs.flatMap(({ edges }) =>
      findCycles(edges).map((cycle) => cycle.map((file) => shown(root, file)).join(' → ')),
    ),
    ...findCycles(packageEdges).map((cycle) => cycle.join(' → ')),
  ];
  const files = graphs.reduce((sum, graph) => sum + graph.files.length, 0);
  return { looked: `${files} files of ${packages.length} packages`, findings };
}

/**
 * One cycle for every edge that closes one, each from its first node back to it. Empty exactly if there is no cycle.
 *
 * @param {ReadonlyMap<string, readonly string[]>} edges
 * @returns {string[][]}
 */
export function findCycles(edges) {
  /** @type {string[][]} */
  const cycles = [];
  /** @type {string[]} */
  const path = [];
  const onPath = new Set();
  const finished = new Set();
  /** @param {string} node */
  const visit = (node) => {
    path.push(node);
    onPath.add(node);
    for (const next of edges.get(node) ?? []) {
      if (onPath.has(next)) cycles.push([...path.slice(path.indexOf(next)), next]);
      else if (!finished.has(next)) visit(next);
    }
    onPath.delete(node);
    finished.add(path.pop());
  };
  for (const node of edges.keys()) if (!finished.has(node)) visit(node);
  return cycles;
}

await runIfMain(import.meta.url, 'cycles', checkCycles);
