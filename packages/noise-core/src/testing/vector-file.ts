import { hex } from '@pubky-paykit/primitives';

/** What one side of a vector brings. */
export interface VectorSide {
  readonly prologue: Uint8Array;
  readonly psks: readonly Uint8Array[];
  readonly static: Uint8Array | undefined;
  readonly ephemeral: Uint8Array | undefined;
  readonly remoteStatic: Uint8Array | undefined;
}

/** One public test vector, whichever layout its file had. */
export interface NoiseVector {
  /** How reports call it. */
  readonly label: string;
  /** The Noise protocol of the first message. */
  readonly protocolName: string;
  /** The protocol both sides fall back to after the responder failed to read the first message (Noise Pipes). */
  readonly fallbackName: string | undefined;
  /** True if the last message must be refused. */
  readonly fails: boolean;
  /** A feature outside of revision 34 that the vector needs, if any. */
  readonly obsolete: string | undefined;
  readonly initiator: VectorSide;
  readonly responder: VectorSide;
  readonly handshakeHash: Uint8Array | undefined;
  readonly messages: readonly { readonly payload: Uint8Array; readonly ciphertext: Uint8Array }[];
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(entry: Json, member: string): string | undefined {
  const value = entry[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new SyntaxError(`"${member}" of a vector is not a text`);
  return value;
}

function bytes(entry: Json, member: string): Uint8Array | undefined {
  const value = text(entry, member);
  return value === undefined ? undefined : decodeHex(value, member);
}

function decodeHex(value: unknown, member: string): Uint8Array {
  try {
    return hex.decode(String(value).toLowerCase());
  } catch (cause) {
    throw new SyntaxError(`"${member}" of a vector is not hexadecimal`, { cause });
  }
}

function side(entry: Json, prefix: 'init' | 'resp'): VectorSide {
  const list = entry[`${prefix}_psks`];
  const single = bytes(entry, `${prefix}_psk`);
  const psks = Array.isArray(list) ? list.map((psk) => decodeHex(psk, `${prefix}_psks`)) : [];
  return {
    prologue: bytes(entry, `${prefix}_prologue`) ?? new Uint8Array(0),
    psks: psks.length === 0 && single !== undefined ? [single] : psks,
    static: bytes(entry, `${prefix}_static`),
    ephemeral: bytes(entry, `${prefix}_ephemeral`),
    remoteStatic: bytes(entry, `${prefix}_remote_static`),
  };
}

/** Members of old layouts that ask for features the specification dropped or never took. */
const OBSOLETE_MEMBERS = [
  'hybrid',
  'init_ssk',
  'resp_ssk',
  'init_semiephemeral',
  'resp_semiephemeral',
] as const;

/** The protocols of a vector: old layouts spell the name in parts, or give only a free label. */
function protocols(entry: Json): Pick<NoiseVector, 'label' | 'protocolName' | 'fallbackName'> {
  const label = text(entry, 'name') ?? text(entry, 'protocol_name') ?? 'unnamed';
  const parts = ['dh', 'cipher', 'hash'].map((part) => text(entry, part));
  const pattern = text(entry, 'pattern');
  const composed =
    pattern === undefined || parts.includes(undefined) ? undefined : ['Noise', pattern, ...parts].join('_');
  const named =
    text(entry, 'protocol_name') ?? (/^Noise(PSK)?_\w+/.test(label) ? label.split(':')[0] : undefined);
  if (entry['fallback'] !== true)
    return { label, protocolName: named ?? composed ?? label, fallbackName: undefined };
  const [, namedPattern = 'XXfallback', ...suite] = (named ?? composed ?? label).split('_');
  const target =
    text(entry, 'fallback_pattern') ?? (namedPattern.includes('fallback') ? namedPattern : 'XXfallback');
  const first = pattern ?? (namedPattern.includes('fallback') ? 'IK' : namedPattern);
  return {
    label,
    protocolName: ['Noise', first, ...suite].join('_'),
    // The wiki of the format allows a whole protocol name here.
    fallbackName: target.startsWith('Noise_') ? target : ['Noise', target, ...suite].join('_'),
  };
}

function parseVector(entry: unknown): NoiseVector {
  if (!isObject(entry)) throw new SyntaxError('a vector is not an object');
  const messages = entry['messages'];
  if (!Array.isArray(messages)) throw new SyntaxError('a vector has no list of messages');
  const names = protocols(entry);
  const member = OBSOLETE_MEMBERS.find((name) => entry[name] !== undefined && entry[name] !== null);
  return {
    ...names,
    fails: entry['fail'] === true,
    obsolete: names.protocolName.startsWith('NoisePSK_') ? 'NoisePSK' : member,
    initiator: side(entry, 'init'),
    responder: side(entry, 'resp'),
    handshakeHash: bytes(entry, 'handshake_hash'),
    messages: messages.map((message: unknown) => {
      const parts = isObject(message) ? message : {};
      const ciphertext = bytes(parts, 'ciphertext');
      if (ciphertext === undefined) throw new SyntaxError('a message of a vector has no ciphertext');
      return { payload: bytes(parts, 'payload') ?? new Uint8Array(0), ciphertext };
    }),
  };
}

/**
 * Reads a file of Noise test vectors: an object with `vectors`, or a bare list, in the layouts of cacophony (old and
 * new), snow and noise-c.
 *
 * @throws SyntaxError if it is none of them.
 */
export function parseVectorFile(json: string): readonly NoiseVector[] {
  const file: unknown = JSON.parse(json);
  const list = Array.isArray(file) ? file : isObject(file) ? file['vectors'] : undefined;
  if (!Array.isArray(list)) throw new SyntaxError('the file has no list of vectors');
  return list.map(parseVector);
}
