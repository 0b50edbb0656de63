/**
 * One static check.
 *
 * @typedef {object} CheckRow
 * @property {string} name
 * @property {string} refuses
 * @property {boolean} needsBuild
 * @property {() => Promise<import('./finding.mjs').Check>} load
 */

/**
 * The static checks, in the order they run.
 *
 * @type {readonly CheckRow[]}
 */
export const CHECKS = [
  {
    name: 'boundaries',
    refuses: 'imports against the layers, Node built-ins in portable files, undeclared dependencies',
    needsBuild: false,
    load: async () => (await import('./check-boundaries.mjs')).checkBoundaries,
  },
  {
    name: 'cycles',
    refuses: 'import cycles between files or packages',
    needsBuild: false,
    load: async () => (await import('./check-cycles.mjs')).checkCycles,
  },
  {
    name: 'portable',
    refuses: 'globals of Node or of browsers in what both and React Native get',
    needsBuild: false,
    load: async () => (await import('./check-portable.mjs')).checkPortable,
  },
  {
    name: 'paths',
    refuses: 'machine paths, registry hosts and tool names in tracked files',
    needsBuild: false,
    load: async () => (await import('./check-paths.mjs')).checkPaths,
  },
  {
    name: 'api',
    refuses: 'public names and error codes that differ from docs/api.txt (--update rewrites it)',
    needsBuild: true,
    load: async () => (await import('./check-api.mjs')).checkApi,
  },
  {
    name: 'size',
    refuses: 'bundles over their budget (--explain lists what is in them)',
    needsBuild: true,
    load: async () => (await import('../size/check-size.mjs')).checkSize,
  },
  {
    name: 'packages',
    refuses: 'packed packages that publint or attw object to',
    needsBuild: true,
    load: async () => (await import('./check-packages.mjs')).checkPackages,
  },
  {
    name: 'readme-examples',
    refuses: 'runnable README examples that do not compile or do not run',
    needsBuild: true,
    load: async () => (await import('./check-readme-examples.mjs')).checkReadmeExamples,
  },
];
