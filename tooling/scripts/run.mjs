import { bootstrap } from './bootstrap.mjs';
import { TASKS } from './tasks.mjs';
import { REPOSITORY_ROOT } from './workspace.mjs';

const USAGE = `Usage: npm run TASK [-- ARGUMENTS]

${TASKS.map(({ name, does }) => `  ${name.padEnd(8)} ${does}`).join('\n')}

The first task on a fresh clone installs the dependencies. Nothing but Node and npm is needed.`;

const [name, ...args] = process.argv.slice(2);
const task = TASKS.find((candidate) => candidate.name === name);

if (name === undefined || name === '--help' || name === '-h') {
  console.log(USAGE);
} else if (task === undefined) {
  console.error(`There is no task called ${name}.\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.exitCode = (await bootstrap(REPOSITORY_ROOT)) || (await task.run(REPOSITORY_ROOT, args));
}
