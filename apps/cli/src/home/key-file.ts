import { createHash } from 'node:crypto';
import { base64, identityPublicKey, Secret, wipe, zBase32 } from 'pubky-paykit';
import { HomeFailed } from './home-errors.ts';
import { isBearable } from './scrypt-cost.ts';
import { type Protection, SALT_BYTES, type Seal } from './seal.ts';

const FORMAT = 'pubky-paykit-identity';
const VERSION = 1;
const KEY_BYTES = 32;
/** Some 600 bytes are usual. Inclusive. */
export const KEY_FILE_MAXIMUM_BYTES = 4_096;
const LARGEST_SEALED = 256;

/** How an identity came into a home. `public` is one whose seed is elsewhere. */
export type KeyOrigin = 'created' | 'imported' | 'public';

const ORIGINS: readonly unknown[] = ['created', 'imported', 'public'] satisfies KeyOrigin[];

/** What everybody who has the file can see. */
export interface KeyFileHeader {
  /** 32 bytes, Ed25519. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly origin: KeyOrigin;
  readonly protection: Protection;
}

/** The identity file of a home, as it is read. */
export interface KeyFile extends KeyFileHeader {
  readonly sealed: Uint8Array;
}

function protectionFields(protection: Protection): object {
  if (protection.kind === 'none') return { kind: 'none' };
  const { n, r, p } = protection.cost;
  const salt = base64.encode(protection.salt);
  return { kind: 'passphrase', kdf: 'scrypt', n, r, p, salt, cipher: 'xchacha20-poly1305' };
}

function headerFields({ identity, device, origin, protection }: KeyFileHeader): object {
  return {
    format: FORMAT,
    version: VERSION,
    identity: zBase32.encode(identity),
    device,
    origin,
    protection: protectionFields(protection),
  };
}

/** Bound to the seed: in a file whose header was changed it cannot be opened. */
function purposeOf(header: KeyFileHeader): string {
  return JSON.stringify(headerFields(header));
}

/** Tells damage from a wrong passphrase; against forgers there is the seal. */
function checksumOf(fields: object): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

function textOf({ sealed, ...header }: KeyFile): string {
  const fields = { ...headerFields(header), secret: base64.encode(sealed) };
  return `${JSON.stringify({ ...fields, checksum: checksumOf(fields) }, undefined, 2)}\n`;
}

/**
 * Writes the identity file.
 *
 * @param seed 32 bytes; borrowed. Nothing for a public identity, which is sealed all the same: it tells a wrong passphrase.
 * @returns As secret as the seed, if there is no passphrase; the caller wipes it.
 */
export function encodeKeyFile(header: KeyFileHeader, seal: Seal, seed: Secret | undefined): Uint8Array {
  const close = (content: Uint8Array) => seal.close(purposeOf(header), content);
  const sealed = seed?.use(close) ?? close(new Uint8Array());
  try {
    return new TextEncoder().encode(textOf({ ...header, sealed }));
  } finally {
    wipe(sealed);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function protectionOf(value: unknown, place: string): Protection {
  const { kind, n, r, p, salt } = fieldsOf(value);
  if (kind === 'none') return { kind };
  const cost = { n: Number(n), r: Number(r), p: Number(p) };
  if (!isBearable(cost)) throw new HomeFailed('too costly', place);
  return { kind: 'passphrase', cost, salt: base64.decode(String(salt), SALT_BYTES) };
}

function parse(bytes: Uint8Array): Fields {
  return fieldsOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
}

function keyFileOf(fields: Fields, place: string): KeyFile {
  const { format, version, identity, device, origin, secret } = fields;
  if (format !== FORMAT || typeof version !== 'number') throw new HomeFailed('damaged', place);
  if (version > VERSION) throw new HomeFailed('newer version', place);
  if (!ORIGINS.includes(origin) || typeof device !== 'string' || typeof secret !== 'string') {
    throw new HomeFailed('damaged', place);
  }
  const sealed = base64.decode(secret.slice(0, LARGEST_SEALED));
  return {
    identity: zBase32.decode(String(identity), KEY_BYTES),
    device,
    origin: origin as KeyOrigin,
    protection: protectionOf(fields['protection'], place),
    sealed,
  };
}

/**
 * Reads the identity file.
 *
 * @param place Where it is, for messages. @throws HomeFailed: `damaged`, `newer version`, `too costly`.
 */
export function decodeKeyFile(bytes: Uint8Array, place: string): KeyFile {
  try {
    const fields = parse(bytes);
    const file = keyFileOf(fields, place);
    // What this program would write itself: a changed byte, a missing field and an additional one are all damage.
    if (textOf(file) === new TextDecoder().decode(bytes)) return file;
  } catch (error) {
    if (error instanceof HomeFailed) throw error;
    // Dropped on purpose: it may quote the file.
  }
  throw new HomeFailed('damaged', place);
}

/**
 * Opens the seed of an identity file.
 *
 * @returns Owned by the caller; nothing for a public identity. @throws HomeFailed: `wrong passphrase`, `damaged`.
 */
export function openKeyFile({ sealed, ...header }: KeyFile, seal: Seal, place: string): Secret | undefined {
  const opened = seal.open(purposeOf(header), sealed);
  if (opened === undefined) throw new HomeFailed('wrong passphrase', place);
  const seed = Secret.take(opened);
  const expected = zBase32.encode(header.identity);
  if (header.origin === 'public' && seed.length === 0) return undefined;
  const isOurs = seed.length === KEY_BYTES && zBase32.encode(seed.use(identityPublicKey)) === expected;
  if (header.origin !== 'public' && isOurs) return seed;
  seed.destroy();
  throw new HomeFailed('damaged', place);
}
