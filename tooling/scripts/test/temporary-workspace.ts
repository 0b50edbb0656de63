import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Files by path; a value that is not a string is written as JSON. */
export type Files = Readonly<Record<string, string | object>>;

/** Writes the files into a fresh folder that goes away with the test, and returns the folder. */
export function temporaryWorkspace(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'paykit-check-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

/** A package.json whose subpaths lead to the sources and to the builds of the same names. */
export function manifest(
  name: string,
  fields: { subpaths?: Record<string, string>; dependencies?: string[] },
) {
  const { subpaths = { '.': 'index' }, dependencies = [] } = fields;
  return {
    name,
    version: '1.0.0',
    type: 'module',
    exports: Object.fromEntries(
      Object.entries(subpaths).map(([subpath, file]) => [
        subpath,
        {
          '@pubky-paykit/source': `./src/${file}.ts`,
          types: `./dist/${file}.d.ts`,
          default: `./dist/${file}.js`,
        },
      ]),
    ),
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '*'])),
  };
}
