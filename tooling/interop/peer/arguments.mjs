import { parseArgs } from 'node:util';

export const HELP = `Usage: node tooling/interop/peer.mjs --role ROLE --pattern ik (--connect | --listen) HOST:PORT --seed HEX32 [options]

One peer of one connection: handshakes over TCP, exchanges Paykit messages, and
prints one JSON object a line on stdout. Its own public keys go to stderr.

  --role initiator|responder
  --pattern ik               the other patterns follow
  --connect HOST:PORT        open the connection
  --listen HOST:PORT         wait for it; port 0 picks a free one
  --seed HEX32               Ed25519 seed; the X25519 key is derived from it and --device
  --device TEXT              derivation context (default: "default")
  --peer-static HEX32        peer's X25519 key (initiator)
  --peer-identity HEX32      expected Ed25519 identity (responder: the only one allowed)
  --no-pattern-byte          legacy IK without the negotiation byte
  --no-extension             pure 0.8 bytes: no padding of the identity payload
  --ephemeral HEX32          fixed ephemeral, refused unless PAYKIT_TESTING=1
  --send JSON                a Paykit message to send after the handshake; repeatable
  --exit-after N             exit 0 after N received messages (0: as soon as everything is sent);
                             1 if the peer closes before
  -h, --help                 show this text

Exit status: 0 done, 1 protocol error, 2 usage.
`;

/** Patterns this tool knows by name and does not speak yet. */
const LATER_PATTERNS = ['ik-raw', 'n', 'nn', 'xx'];
const KEY_DIGITS = /^[0-9a-f]{64}$/i;

/** A mistake in the arguments: its message is shown with the help, and the status is 2. */
export class UsageError extends Error {}

/**
 * @typedef {object} PeerOptions
 * @property {'initiator' | 'responder'} role
 * @property {'connect' | 'listen'} mode
 * @property {string} host
 * @property {number} port
 * @property {Uint8Array} seed
 * @property {string} device
 * @property {Uint8Array | undefined} peerStatic
 * @property {Uint8Array | undefined} peerIdentity
 * @property {boolean} patternByte
 * @property {boolean} extension
 * @property {Uint8Array | undefined} ephemeral
 * @property {string[]} send
 * @property {number | undefined} exitAfter
 */

/** @param {string | undefined} text @param {string} option @returns {Uint8Array | undefined} */
function key(text, option) {
  if (text === undefined) return undefined;
  if (!KEY_DIGITS.test(text)) throw new UsageError(`--${option} wants 64 hex digits.`);
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** @param {string} text @param {string} option */
function address(text, option) {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const digits = text.slice(colon + 1);
  const port = Number(digits);
  const lowest = option === 'listen' ? 0 : 1;
  if (colon < 1 || !/^\d{1,5}$/.test(digits) || port < lowest || port > 65_535) {
    throw new UsageError(`--${option} wants HOST:PORT, such as 127.0.0.1:9735.`);
  }
  return { host, port };
}

/**
 * @template {string} Choice
 * @param {string | undefined} text
 * @param {readonly Choice[]} choices
 * @param {string} option
 * @returns {Choice}
 */
function oneOf(text, choices, option) {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${option} wants one of: ${choices.join(', ')}.`);
  return found;
}

/**
 * Reads the command line; `undefined` means that help was asked for.
 *
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @returns {PeerOptions | undefined}
 * @throws {UsageError}
 */
export function readOptions(args, environment) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        role: text,
        pattern: text,
        connect: text,
        listen: text,
        seed: text,
        device: { type: 'string', default: 'default' },
        'peer-static': text,
        'peer-identity': text,
        'no-pattern-byte': flag,
        'no-extension': flag,
        ephemeral: text,
        send: { type: 'string', multiple: true, default: [] },
        'exit-after': text,
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return undefined;

  const role = oneOf(values.role, /** @type {const} */ (['initiator', 'responder']), 'role');
  if (LATER_PATTERNS.includes(values.pattern ?? '')) {
    throw new UsageError(`--pattern ${values.pattern} is not built yet; ik is.`);
  }
  oneOf(values.pattern, /** @type {const} */ (['ik']), 'pattern');
  const { connect, listen } = values;
  if ((connect === undefined) === (listen === undefined))
    throw new UsageError('Give one of --connect and --listen.');
  const mode = connect === undefined ? 'listen' : 'connect';
  const seed = key(values.seed, 'seed');
  if (seed === undefined) throw new UsageError('--seed is missing.');
  const peerStatic = key(values['peer-static'], 'peer-static');
  if (role === 'initiator' && peerStatic === undefined) {
    throw new UsageError('--peer-static is missing: an initiator of ik knows the key it dials.');
  }
  const ephemeral = key(values.ephemeral, 'ephemeral');
  if (ephemeral !== undefined && environment['PAYKIT_TESTING'] !== '1') {
    throw new UsageError('--ephemeral makes the session readable for others: it wants PAYKIT_TESTING=1.');
  }
  const exitAfter = values['exit-after'];
  if (exitAfter !== undefined && !/^\d{1,9}$/.test(exitAfter))
    throw new UsageError('--exit-after wants a number.');
  return {
    role,
    mode,
    ...address(/** @type {string} */ (connect ?? listen), mode),
    seed,
    device: values.device,
    peerStatic,
    peerIdentity: key(values['peer-identity'], 'peer-identity'),
    patternByte: !values['no-pattern-byte'],
    extension: !values['no-extension'],
    ephemeral,
    send: values.send,
    exitAfter: exitAfter === undefined ? undefined : Number(exitAfter),
  };
}
