import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { listPublicPackages, listSourceEntries, REPOSITORY_ROOT } from '../scripts/workspace.mjs';

const OUTPUT = join(REPOSITORY_ROOT, 'docs', 'api');

// Every portable source behind a public subpath: what a subpath offers is the same under every condition.
const entryPoints = listPublicPackages(REPOSITORY_ROOT).flatMap(({ folder, manifest }) =>
  listSourceEntries(manifest)
    .filter(({ conditions }) => !conditions.includes('node'))
    .map(({ target }) => join(folder, target)),
);

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
  application.validate(project);
  if (!application.logger.hasErrors() && !application.logger.hasWarnings()) {
    rmSync(OUTPUT, { recursive: true, force: true });
    await application.generateDocs(project, OUTPUT);
  }
}
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;
else console.log(`${entryPoints.length} entry points documented in docs/api`);
