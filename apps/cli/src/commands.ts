import { runDemo } from './demo/demo.ts';
import { runParticipant } from './demo/participant.ts';
import { runIdentity } from './identity/identity.ts';
import { runDiscoverShort, runKeys, runPublishShort } from './keys/keys.ts';
import { runPayCommand, runReceiptsCommand, runReceiveCommand } from './payments/payments.ts';
import { runTestnet } from './testnet.ts';

/** One word of the command line. */
export interface Command {
  readonly name: string;
  /** One line for `--help`; commands without one are for this program itself. */
  readonly summary?: string;
  run(args: readonly string[]): Promise<void>;
}

/** Every command, in the order help shows them. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'demo',
    summary: 'a whole network on this machine: people meet, pay in five patterns, replace keys',
    run: runDemo,
  },
  {
    name: 'testnet',
    summary: 'a Pubky network on this machine: relay, homeserver and auth relay to develop against',
    run: runTestnet,
  },
  { name: 'identity', summary: 'create, show, export and import an identity', run: runIdentity },
  { name: 'keys', summary: 'publish, rotate, revoke and look up Noise keys', run: runKeys },
  { name: 'publish', summary: 'make the key of this device findable: `keys publish`', run: runPublishShort },
  { name: 'discover', summary: 'look up the key of somebody: `keys discover`', run: runDiscoverShort },
  { name: 'receive', summary: 'take payments: listen, and publish where', run: runReceiveCommand },
  { name: 'pay', summary: 'ask somebody for the receipt of a payment', run: runPayCommand },
  { name: 'receipts', summary: 'list the receipts that are kept', run: runReceiptsCommand },
  { name: 'demo-participant', run: runParticipant },
];

/** What `paykit --help` prints. */
export function helpText(): string {
  const rows = COMMANDS.flatMap(({ name, summary }) => (summary ? [`  ${name.padEnd(10)}${summary}`] : []));
  return `paykit: encrypted payments between Pubky identities

Usage: paykit COMMAND [options]

${rows.join('\n')}

paykit COMMAND --help tells more about one command.
`;
}
