import { runSubcommand, type Subcommand } from '../arguments.ts';
import { inThisProcess } from '../home/system-surroundings.ts';
import { runDecide } from './decide.ts';
import { runDiscover } from './discover.ts';
import { runPeers } from './peers.ts';
import { runPrepare } from './prepare.ts';
import { runPublish } from './publish.ts';
import { runRevoke } from './revoke.ts';
import { runRotate } from './rotate.ts';
import { runStatus } from './status.ts';

/** The second words of `paykit keys`, in the order help shows them. */
export const KEYS_COMMANDS: readonly Subcommand[] = [
  { name: 'status', summary: 'the keys of this device, what is due, what is on its way', run: runStatus },
  { name: 'publish', summary: 'make the key of this device findable', run: runPublish },
  { name: 'prepare', summary: 'have keys signed on a machine without network', run: runPrepare },
  { name: 'rotate', summary: 'replace the key', run: runRotate },
  { name: 'revoke', summary: 'say that keys must not be used any more', run: runRevoke },
  { name: 'discover', summary: 'look up the key of somebody', run: runDiscover },
  { name: 'peers', summary: 'keys of others that are kept, and which are in doubt', run: runPeers },
  { name: 'decide', summary: 'settle a doubt about the key of somebody', run: runDecide },
];

/** `paykit keys`. */
export function runKeys(args: readonly string[]): Promise<void> {
  return inThisProcess((surroundings) => runSubcommand('keys', KEYS_COMMANDS, args, surroundings));
}

/** `paykit publish`. */
export function runPublishShort(args: readonly string[]): Promise<void> {
  return inThisProcess((surroundings) => runPublish(args, surroundings, 'publish'));
}

/** `paykit discover`. */
export function runDiscoverShort(args: readonly string[]): Promise<void> {
  return inThisProcess((surroundings) => runDiscover(args, surroundings, 'discover'));
}
