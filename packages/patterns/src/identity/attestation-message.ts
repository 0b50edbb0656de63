import { decodeUtf8, encodeUtf8, hex } from '@pubky-paykit/primitives';
import {
  ATTESTATION_MAXIMUM_BYTES,
  IDENTITY_PAYLOAD_MAXIMUM_DEPTH,
  KEY_BYTES,
  SIGNATURE_BYTES,
} from '../constants.ts';
import { PatternsError, type PayloadFault } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { JsonScanner } from './json-scanner.ts';

/** An identity and its signature over the two ephemeral keys of a session: a claim until it has been verified. */
export interface Attestation {
  /** 32 bytes, the Ed25519 public key. */
  readonly identity: Uint8Array;
  /** 64 bytes, Ed25519 over the attestation digest. */
  readonly signature: Uint8Array;
}

const TYPE = 'Attestation';

function invalid(fault: PayloadFault, offset: number): never {
  throw new PatternsError('PATTERNS_ATTESTATION_INVALID', { fault, offset });
}

/**
 * The Paykit message that carries an attestation: compact JSON with lower-case hex.
 *
 * @returns A fresh buffer of 257 bytes.
 * @throws PATTERNS_KEY_LENGTH
 * @see P8 §2.2
 */
export function encodeAttestation({ identity, signature }: Attestation): Uint8Array {
  requireLength('identity', identity, KEY_BYTES);
  requireLength('signature', signature, SIGNATURE_BYTES);
  const payload = { ed25519_pk: hex.encode(identity), signature: hex.encode(signature) };
  return encodeUtf8(JSON.stringify({ type: TYPE, payload }));
}

function bytesIn(json: JsonScanner, length: number): Uint8Array {
  const digits = json.string();
  if (digits.length !== 2 * length) return json.fail('wrong-length');
  return /^[0-9a-fA-F]*$/.test(digits) ? hex.decode(digits.toLowerCase()) : json.fail('not-a-byte');
}

/** Reads the members of one object, refusing those that come twice; unknown ones are skipped. */
function members<Name extends string>(
  json: JsonScanner,
  readers: Readonly<Record<Name, () => void>>,
): ReadonlySet<string> {
  const found = new Set<string>();
  json.object((name) => {
    if (!Object.hasOwn(readers, name)) return json.skipValue();
    if (found.has(name)) json.fail('duplicate-member');
    found.add(name);
    readers[name as Name]();
  });
  return found;
}

/**
 * Reads an attestation strictly: any member order, unknown members and both cases of hex are allowed; repeated or
 * missing members, other message types, wrong lengths and trailing data are not.
 *
 * @param bytes At most 4 000 bytes; borrowed. The values returned are fresh buffers.
 * @throws PATTERNS_ATTESTATION_INVALID for everything else; `context.fault` says why.
 * @see P8 §2.2
 */
export function decodeAttestation(bytes: Uint8Array): Attestation {
  if (bytes.length > ATTESTATION_MAXIMUM_BYTES) invalid('too-long', ATTESTATION_MAXIMUM_BYTES);
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch {
    return invalid('not-utf8', 0);
  }
  const json = new JsonScanner(text, IDENTITY_PAYLOAD_MAXIMUM_DEPTH, invalid);
  const claim: { identity?: Uint8Array; signature?: Uint8Array } = {};
  const found = members(json, {
    type: () => {
      if (json.string() !== TYPE) json.fail('other-type');
    },
    payload: () => {
      members(json, {
        ed25519_pk: () => {
          claim.identity = bytesIn(json, KEY_BYTES);
        },
        signature: () => {
          claim.signature = bytesIn(json, SIGNATURE_BYTES);
        },
      });
    },
  });
  json.end();
  const { identity, signature } = claim;
  if (!found.has('type') || !identity || !signature) return json.fail('missing-member');
  return { identity, signature };
}
