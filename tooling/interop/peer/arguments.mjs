import { parseArgs } from 'node:util';
import { UsageError } from './outcome.mjs';
import { PATTERN_NAMES, PATTERN_SIDES } from './pattern-sides.mjs';

const KEY_DIGITS = /^[0-9a-f]{64}$/i;

/**
 * @typedef {object} PeerOptions
 * @property {import('./pattern-sides.mjs').Role} role
 * @property {import('./pattern-sides.mjs').PatternName} pattern
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

/** @param {readonly string[]} args @throws {UsageError} */
function parse(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const options = {
    role: text,
    pattern: text,
    connect: text,
    listen: text,
    seed: text,
    device: /** @type {const} */ ({ type: 'string', default: 'default' }),
    'peer-static': text,
    'peer-identity': text,
    'no-pattern-byte': flag,
    'no-extension': flag,
    ephemeral: text,
    send: { ...text, multiple: /** @type {const} */ (true), default: /** @type {string[]} */ ([]) },
    'exit-after': text,
    help: { ...flag, short: 'h' },
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Refuses what this side of the pattern cannot do, and what it cannot do without.
 *
 * @param {PeerOptions} options
 * @throws {UsageError}
 */
function checkSide({ role, pattern, peerStatic, peerIdentity, send, exitAfter = 0 }) {
  const { required, deaf, mute } = PATTERN_SIDES[pattern][role];
  const given = { 'peer-static': peerStatic, 'peer-identity': peerIdentity };
  if (required !== undefined && given[required] === undefined) {
    throw new UsageError(`--${required} is missing: the ${role} of ${pattern} has to know whom it dials.`);
  }
  if (deaf && exitAfter > 0) {
    throw new UsageError(
      `--exit-after ${exitAfter} never comes: the ${role} of ${pattern} receives nothing.`,
    );
  }
  if (mute && send.length > 0) {
    throw new UsageError(`--send is not for the ${role} of ${pattern}, which can send nothing.`);
  }
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
  const values = parse(args);
  if (values.help) return undefined;

  const role = oneOf(values.role, /** @type {const} */ (['initiator', 'responder']), 'role');
  const pattern = oneOf(values.pattern, PATTERN_NAMES, 'pattern');
  const { connect, listen } = values;
  if ((connect === undefined) === (listen === undefined))
    throw new UsageError('Give one of --connect and --listen.');
  const mode = connect === undefined ? 'listen' : 'connect';
  const seed = key(values.seed, 'seed');
  if (seed === undefined) throw new UsageError('--seed is missing.');
  const ephemeral = key(values.ephemeral, 'ephemeral');
  if (ephemeral !== undefined && environment['PAYKIT_TESTING'] !== '1') {
    throw new UsageError('--ephemeral makes the session readable for others: it wants PAYKIT_TESTING=1.');
  }
  const exitAfter = values['exit-after'];
  if (exitAfter !== undefined && !/^\d{1,9}$/.test(exitAfter))
    throw new UsageError('--exit-after wants a number.');
  /** @type {PeerOptions} */
  const options = {
    role,
    pattern,
    mode,
    ...address(/** @type {string} */ (connect ?? listen), mode),
    seed,
    device: values.device,
    peerStatic: key(values['peer-static'], 'peer-static'),
    peerIdentity: key(values['peer-identity'], 'peer-identity'),
    patternByte: !values['no-pattern-byte'],
    extension: !values['no-extension'],
    ephemeral,
    send: values.send,
    exitAfter: exitAfter === undefined ? undefined : Number(exitAfter),
  };
  checkSide(options);
  return options;
}
