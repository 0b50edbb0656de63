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

/** What to do about a code of the network that depends on how the command was called; nothing for others. */
export function networkAdvice(
  code: string | undefined,
  { network }: Pick<HomeSettings, 'network'>,
): string | undefined {
  if (code === 'HOMESERVER_UNLOCATED') {
    return 'No relay knows that homeserver: check the key given with --homeserver or PAYKIT_HOMESERVER, and whether it is one of this network. If it is right, try again later.';
  }
  if (code !== undefined && SILENT.includes(code) && network === LOCAL_TESTNET) {
    return 'Nothing answers on the ports of --testnet: is the test network running? `paykit testnet --fixed-ports` starts it.';
  }
  return undefined;
}

/** What the network threw, with what to do where that depends on how the command was called; anything else as it is. */
export function asNetworkFailure(error: unknown, settings: Pick<HomeSettings, 'network'>): unknown {
  if (!isCodedError(error)) return error;
  const advice = networkAdvice(error.code, settings);
  return advice === undefined ? error : new CommandFailed(`${error.code}: ${advice}`);
}
