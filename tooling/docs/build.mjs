import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { listPublicPackages, listSourceEntries, REPOSITORY_ROOT } from '../scripts/workspace.mjs';

const OUTPUT = join(REPOSITORY_ROOT, 'docs', 'api');

// Every portable source behind a public subpath: what a subpath offers is the same under every condition.
const entries = listPublicPackages(REPOSITORY_ROOT).flatMap(({ folder, manifest }) =>
  listSourceEntries(manifest)
    .filter(({ conditions }) => !conditions.includes('node'))
    .map(({ subpath, target }) => ({ file: join(folder, target), name: join(manifest.name, subpath) })),
);
const entryPoints = entries.map(({ file }) => file);

const application = await Application.bootstrapWithPlugins({
  name: 'Pubky Paykit',
  entryPoints,
  tsconfig: join(REPOSITORY_ROOT, 'tooling', 'docs', 'tsconfig.json'),
  readme: 'none',
  excludePrivate: true,
  excludeInternal: true,
  treatWarningsAsErrors: true,
  disableGit: true,
  sourceLinkTemplate: 'packages/{path}#L{line}',
  hideGenerator: true,
});

const project = await application.convert();
if (project !== undefined) {
  // Readers know modules by what they import, not by the file behind it.
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName;
    module.name = entries.find((entry) => entry.file === file)?.name ?? module.name;
  }
  application.validate(project);
  if (!application.logger.hasErrors() && !application.logger.hasWarnings()) {
    rmSync(OUTPUT, { recursive: true, force: true });
    await application.generateDocs(project, OUTPUT);
  }
}
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;
else console.log(`${entryPoints.length} entry points documented in docs/api`);
