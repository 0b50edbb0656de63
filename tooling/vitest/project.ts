import { defineProject, type UserWorkspaceConfig } from 'vitest/config';

/** Resolves workspace packages to their sources, so that tests never see a stale build. */
const conditions = ['@pubky-paykit/source', 'node', 'import', 'default'];

/** The vitest project of one workspace package: every test under its `test/` folder. */
export function project(name: string): UserWorkspaceConfig {
  return defineProject({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { name, include: ['test/**/*.test.ts'], retry: 0, testTimeout: 60_000 },
  });
}
