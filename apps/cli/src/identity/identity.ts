import { runSubcommand, type Subcommand } from '../arguments.ts';
import { inThisProcess } from '../home/system-surroundings.ts';
import { runCreate } from './create.ts';
import { runExport } from './export.ts';
import { runImport } from './import.ts';
import { runShow } from './show.ts';

/** The second words of `paykit identity`, in the order help shows them. */
export const IDENTITY_COMMANDS: readonly Subcommand[] = [
  { name: 'create', summary: 'a new identity, encrypted under a passphrase', run: runCreate },
  { name: 'show', summary: 'what everybody may know of it', run: runShow },
  { name: 'export', summary: 'its seed, its public key or a session, to a file', run: runExport },
  { name: 'import', summary: 'a home for a seed or a public key there is already', run: runImport },
];

/** `paykit identity`. */
export function runIdentity(args: readonly string[]): Promise<void> {
  return inThisProcess((surroundings) => runSubcommand('identity', IDENTITY_COMMANDS, args, surroundings));
}
