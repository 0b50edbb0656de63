import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { localNetwork, temporaryFolder } from './home/command-run.ts';

/** The built command line, to be run by Node. */
export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const runFile = promisify(execFile);

/** Runs the built command line in processes of their own, with a home for each name. */
export function builtProgram(
  folder: ReturnType<typeof temporaryFolder>,
  network: ReturnType<typeof localNetwork>,
) {
  const environmentOf = (name: string) => ({
    ...process.env,
    ...network.environment,
    PAYKIT_HOME: folder.inside(name),
  });
  const paykit = (name: string, args: readonly string[]) =>
    runFile(process.execPath, [MAIN, ...args], { env: environmentOf(name) });
  return {
    environmentOf,
    paykit,
    /** @returns The identity in z-base-32. */
    async settle(name: string): Promise<string> {
      const { stdout } = await paykit(name, ['identity', 'create', '--no-passphrase']);
      await paykit(name, ['publish']);
      return /^Identity {2}(\S+)$/m.exec(stdout)?.[1] ?? '';
    },
  };
}
