import { isCodedError, LOCAL_TESTNET } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import type { HomeSettings } from './home-settings.ts';

/** Codes of relays and homeservers that do not answer at all. */
const SILENT: readonly string[] = [
  'DISCOVERY_OFFLINE',
  'DISCOVERY_NO_RELAY',
  'DISCOVERY_UNREACHABLE',
  'HOMESERVER_OFFLINE',
];

/** What libraries advise in terms of their options, in terms of the command line. */
const COMMAND_ADVICE: Readonly<Record<string, string>> = {
  HOMESERVER_UNLOCATED:
    'No relay knows that homeserver: check the key given with --homeserver or PAYKIT_HOMESERVER, and whether it is one of this network. If it is right, try again later.',
  DISCOVERY_NO_RELAY:
    'None of the relays could do it. Check the connection and the relays (PAYKIT_RELAYS, or --testnet for a test network on this machine), then try again.',
  DISCOVERY_LOCAL_ENDPOINT:
    'Is this a test network? Say --testnet, or name the host of its homeserver in PAYKIT_PLAIN_HTTP_HOSTS. Otherwise do not trust that homeserver.',
};

/** What to do about a code of the network that depends on how the command was called; nothing for others. */
export function networkAdvice(
  code: string | undefined,
  { network }: Pick<HomeSettings, 'network'>,
): string | undefined {
  if (code === undefined) return undefined;
  if (SILENT.includes(code) && network === LOCAL_TESTNET) {
    return 'Nothing answers on the ports of --testnet: is the test network running? `paykit testnet --fixed-ports` starts it.';
  }
  return Object.hasOwn(COMMAND_ADVICE, code) ? COMMAND_ADVICE[code] : undefined;
}

/** What the error says has happened, where the advice alone would leave open what it is about. */
const FACTS: Readonly<Record<string, (context: Readonly<Record<string, unknown>>) => string>> = {
  DISCOVERY_LOCAL_ENDPOINT: ({ homeserver, host }) =>
    `the homeserver ${homeserver} says it is ${host}, which is on this machine or its network. `,
};

/** What the network threw, with what to do where that depends on how the command was called; anything else as it is. */
export function asNetworkFailure(error: unknown, settings: Pick<HomeSettings, 'network'>): unknown {
  if (!isCodedError(error)) return error;
  const { code, context } = error;
  const advice = networkAdvice(code, settings);
  if (advice === undefined) return error;
  const facts = FACTS[code]?.(context as Readonly<Record<string, unknown>>) ?? '';
  return new CommandFailed(`${code}: ${facts}${advice}`);
}
