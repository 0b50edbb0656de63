import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { LOCAL_TESTNET, zBase32 } from 'pubky-paykit';
import { UsageError } from '../command-errors.ts';
import { givenOptions } from './next-command.ts';
import type { PassphraseSource } from './passphrase.ts';

/** The options of every command that works in a home, for `parseArgs`. */
export const HOME_OPTIONS = {
  home: { type: 'string' },
  testnet: { type: 'boolean' },
  homeserver: { type: 'string' },
  'passphrase-file': { type: 'string' },
} as const;

const PLACE_HELP = `  --home DIR             where identity and keys are (default: PAYKIT_HOME, else
                         ~/.paykit)
  --passphrase-file FILE else PAYKIT_PASSPHRASE, else you are asked
  --testnet              a test network on its fixed ports on this machine (else
                         the relays of PAYKIT_RELAYS, separated by commas, else
                         the public ones; PAYKIT_PLAIN_HTTP_HOSTS names the
                         hosts of homeservers that may answer plain http)
`;

/** What help says about {@link HOME_OPTIONS}. */
export const HOME_HELP = `${PLACE_HELP}  --homeserver KEY       where to sign up or in (default: PAYKIT_HOMESERVER)
`;

/** The same for commands that never make an account, and take the option so that a script can give it to all of them. */
export const SETTLED_HOME_HELP = `${PLACE_HELP}  --homeserver KEY       changes nothing here: accounts are found by identity
`;

/** What {@link HOME_OPTIONS} were set to. */
export interface HomeValues {
  readonly home?: string | undefined;
  readonly testnet?: boolean | undefined;
  readonly homeserver?: string | undefined;
  readonly 'passphrase-file'?: string | undefined;
}

/** Where a home is, and how it is used. */
export interface HomeSettings {
  /** Absolute. */
  readonly folder: string;
  /** What `connectPubky` takes; the public relays if left out. */
  readonly network: {
    readonly relays?: readonly string[] | undefined;
    readonly plainHttpHosts?: readonly string[] | undefined;
  };
  /** What `openDht` takes, for commands that use the DHT; it is not used if left out. */
  readonly dht?: { readonly bootstrap: readonly string[]; readonly host?: string } | undefined;
  /** 32 bytes. */
  readonly homeserver: Uint8Array | undefined;
  readonly passphrase: PassphraseSource;
  /** What hints that name a next command repeat: the options given on the command line, each with a space before it. */
  readonly given: string;
  /** The same of those about the DHT, for commands that take them; empty for all others. */
  readonly givenDht: string;
  /** Only the home of these, for commands without network. */
  readonly givenHome: string;
}

const KEY_BYTES = 32;

/** What stands between commas; nothing for nothing. */
export function listOf(text: string | undefined): readonly string[] | undefined {
  const entries = (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.length === 0 ? undefined : entries;
}

/**
 * The 32 bytes of a public key that somebody typed, with `pubky://` or `pubky` before it or not.
 *
 * @throws UsageError
 */
export function readPublicKey(text: string, what: string, command: string): Uint8Array {
  try {
    return zBase32.decode(text.trim().replace(/^(pubky:\/\/|pk:|pubky(?=.{52}$))/, ''), KEY_BYTES);
  } catch {
    throw new UsageError(`${what} wants a public key: 52 characters of z-base-32.`, command);
  }
}

/**
 * Where the home is and how it is used, by options, else by the environment.
 *
 * @param command For what is said about mistakes. @throws UsageError
 */
export function readHomeSettings(
  values: HomeValues,
  environment: Readonly<Record<string, string | undefined>>,
  command: string,
): HomeSettings {
  const { home, testnet = false, homeserver = environment['PAYKIT_HOMESERVER'] } = values;
  const folder = home ?? environment['PAYKIT_HOME'] ?? join(environment['HOME'] ?? homedir(), '.paykit');
  if (folder === '') throw new UsageError('--home wants a folder.', command);
  const chosen = {
    relays: listOf(environment['PAYKIT_RELAYS']),
    plainHttpHosts: listOf(environment['PAYKIT_PLAIN_HTTP_HOSTS']),
  };
  return {
    folder: resolve(folder),
    network: testnet ? LOCAL_TESTNET : chosen,
    homeserver:
      homeserver === undefined || homeserver === ''
        ? undefined
        : readPublicKey(homeserver, '--homeserver', command),
    passphrase: { file: values['passphrase-file'], none: false },
    given: givenOptions({ home, testnet: values.testnet, homeserver: values.homeserver }),
    givenDht: '',
    givenHome: givenOptions({ home }),
  };
}
