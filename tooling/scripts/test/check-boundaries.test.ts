import { describe, expect, it } from 'vitest';
import { ALLOWED_IMPORTS, checkBoundaries } from '../check-boundaries.mjs';
import { type Files, manifest, temporaryWorkspace } from './temporary-workspace.ts';

const PRIMITIVES = {
  'packages/primitives/package.json': manifest('@pubky-paykit/primitives', {
    subpaths: { '.': 'index', './testing': 'testing' },
  }),
  'packages/primitives/src/index.ts': `export { hex } from './hex.ts';`,
  'packages/primitives/src/hex.ts': 'export const hex = 1;',
  'packages/primitives/src/testing.ts': `export { hex } from './hex.ts';`,
};

const TRANSPORT = {
  'packages/transport/package.json': manifest('@pubky-paykit/transport', {
    subpaths: { '.': 'index', './tcp': 'tcp/index' },
    dependencies: ['@pubky-paykit/primitives'],
  }),
  'packages/transport/src/index.ts': `import { hex } from '@pubky-paykit/primitives';\nexport const a = hex;`,
  'packages/transport/src/tcp/index.ts': `import { connect } from 'node:net';\nexport const b = connect;`,
};

function findings(changes: Files) {
  return checkBoundaries(temporaryWorkspace({ ...PRIMITIVES, ...TRANSPORT, ...changes })).findings;
}

describe('checkBoundaries', () => {
  it('accepts imports downwards and Node built-ins behind a Node subpath', () => {
    expect(findings({})).toEqual([]);
  });

  it('refuses an import upwards, in the source and in package.json', () => {
    const changed = findings({
      'packages/primitives/package.json': manifest('@pubky-paykit/primitives', {
        dependencies: ['@pubky-paykit/transport'],
      }),
      'packages/primitives/src/hex.ts': `export type { a } from '@pubky-paykit/transport';`,
    });
    expect(changed).toEqual([
      'package.json of @pubky-paykit/primitives depends on @pubky-paykit/transport, which its layer may not import',
      "packages/primitives/src/hex.ts: '@pubky-paykit/transport' is not in a layer below @pubky-paykit/primitives",
    ]);
  });

  it('refuses a test double in a source, and allows it in a test double', () => {
    const line = `export { hex } from '@pubky-paykit/primitives/testing';`;
    expect(findings({ 'packages/transport/src/testing.ts': line })).toEqual([]);
    expect(findings({ 'packages/transport/src/index.ts': line })).toEqual([
      "packages/transport/src/index.ts: '@pubky-paykit/primitives/testing' is for tests only",
    ]);
  });

  it('refuses a Node built-in that portable code reaches, and shows the way to it', () => {
    expect(
      findings({
        'packages/primitives/src/hex.ts': `export { hex } from './deep.ts';`,
        'packages/primitives/src/deep.ts': `import { inspect } from 'node:util';\nexport const hex = inspect;`,
      }),
    ).toEqual([
      "packages/primitives/src/deep.ts: 'node:util' needs Node, and portable code reaches it: " +
        'packages/primitives/src/index.ts → packages/primitives/src/hex.ts → packages/primitives/src/deep.ts',
    ]);
  });

  it('refuses a Node-only subpath of another package in portable code', () => {
    const changed = findings({
      'packages/pubky-paykit/package.json': manifest('pubky-paykit', {
        dependencies: ['@pubky-paykit/transport'],
      }),
      'packages/pubky-paykit/src/index.ts': `export { b } from '@pubky-paykit/transport/tcp';`,
    });
    expect(changed).toHaveLength(1);
    expect(changed[0]).toContain("'@pubky-paykit/transport/tcp' needs Node");
  });

  it('lets a file stand behind the node condition only', () => {
    const conditional = {
      ...manifest('@pubky-paykit/noise-core', {}),
      exports: {
        './sha256': { '@pubky-paykit/source': { node: './src/node.ts', default: './src/noble.ts' } },
      },
    };
    const node = `import { hash } from 'node:crypto';\nexport const sha256 = hash;`;
    const files = {
      'packages/noise-core/package.json': conditional,
      'packages/noise-core/src/node.ts': node,
      'packages/noise-core/src/noble.ts': 'export const sha256 = 1;',
    };
    expect(findings(files)).toEqual([]);
    expect(findings({ ...files, 'packages/noise-core/src/noble.ts': node })).toHaveLength(1);
  });

  it('refuses undeclared dependencies, missing endings and paths out of the package', () => {
    expect(
      findings({
        'packages/primitives/src/hex.ts': [
          `import 'left-pad';`,
          `import './index';`,
          `import '../../transport/src/index.ts';`,
          `// import 'in-a-comment';`,
        ].join('\n'),
      }),
    ).toEqual([
      "packages/primitives/src/hex.ts: 'left-pad' is not among the dependencies of @pubky-paykit/primitives",
      "packages/primitives/src/hex.ts: './index' does not end in .ts",
      "packages/primitives/src/hex.ts: '../../transport/src/index.ts' leaves the sources of its package",
    ]);
  });

  it('refuses a third-party dependency that nothing imports', () => {
    expect(
      findings({
        'packages/primitives/package.json': manifest('@pubky-paykit/primitives', {
          subpaths: { '.': 'index', './testing': 'testing' },
          dependencies: ['left-pad'],
        }),
      }),
    ).toEqual(['package.json of @pubky-paykit/primitives depends on left-pad, which no source imports']);
  });

  it('lets an app provide what a package below it takes as a peer', () => {
    const umbrella = { ...manifest('pubky-paykit', {}), peerDependencies: { 'left-pad': '*' } };
    const app = (dependencies: string[]) => ({
      'packages/pubky-paykit/package.json': umbrella,
      'packages/pubky-paykit/src/index.ts': 'export const paid = 1;',
      'apps/cli/package.json': manifest('@pubky-paykit/cli', { dependencies }),
      'apps/cli/src/main.ts': `import 'pubky-paykit';`,
    });
    expect(findings(app(['pubky-paykit', 'left-pad']))).toEqual([]);
    expect(findings(app(['pubky-paykit', 'right-pad']))).toHaveLength(1);
  });

  it('refuses anything but the umbrella in an app, and a package without a layer', () => {
    expect(
      findings({
        'apps/cli/package.json': manifest('@pubky-paykit/cli', {
          dependencies: ['@pubky-paykit/primitives'],
        }),
        'apps/cli/src/main.ts': `import 'node:fs';`,
        'packages/stray/package.json': manifest('@pubky-paykit/stray', {}),
      }),
    ).toEqual([
      '@pubky-paykit/stray stands in no layer: add it to ALLOWED_IMPORTS',
      'package.json of @pubky-paykit/cli depends on @pubky-paykit/primitives, which its layer may not import',
    ]);
  });
});

describe('ALLOWED_IMPORTS', () => {
  it('never lets two packages import each other', () => {
    for (const [name, allowed] of Object.entries(ALLOWED_IMPORTS)) {
      for (const lower of allowed) expect(ALLOWED_IMPORTS[lower]).not.toContain(name);
    }
  });
});
