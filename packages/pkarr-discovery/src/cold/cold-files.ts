import {
  KEY_BYTES,
  MAX_COLD_BUNDLE_BYTES,
  MAX_COLD_REQUEST_BYTES,
  MAX_OUTBOX_PUBLICATIONS,
  MAX_PAYLOAD_BYTES,
  MIN_PAYLOAD_BYTES,
} from '../constants.ts';
import { contextShape } from '../lifecycle/ledger-codec.ts';
import type { Publication } from '../publications/publication.ts';
import { type DocumentCodec, documentCodec } from '../shapes/document.ts';
import { deviceShape, publicationShape } from '../shapes/publication-shape.ts';
import {
  bytes,
  identity,
  list,
  mapped,
  misshapen,
  natural,
  object,
  oneOf,
  optional,
  type Shape,
  uint64,
} from '../shapes/shape.ts';

/** What a request is for. */
export type ColdAction = 'publish' | 'restamp' | 'rotate' | 'revoke' | 'retire' | 'withdraw';

/** Something the identity is asked to say. */
export interface ColdStatement {
  readonly kind: Publication['kind'];
  readonly device: string;
  /** 32 bytes, X25519; undefined for a retirement, and for a new key that is derived where the seed is. */
  readonly noiseKey: Uint8Array | undefined;
  /** The derivation context, if the key is new. */
  readonly context: string | undefined;
  /** How many seconds after the others: 0 or 1. */
  readonly later: number;
}

/** What is carried to the machine with the secret. It holds no secret. */
export interface ColdRequest {
  /** 32 bytes, Ed25519. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly action: ColdAction;
  /** Unix milliseconds. */
  readonly createdMs: number;
  /** That of the ledger the request was made of; 0 for none. */
  readonly revision: number;
  /** Seconds since 1970: the largest time that was signed for the device so far. */
  readonly stampedSeconds: bigint;
  /** In the order in which they are to be published, 1 to 16. */
  readonly statements: readonly ColdStatement[];
  /** The payload of the packet to change, 84 to 1072 bytes; undefined if the identity shall sign none. */
  readonly packet: Uint8Array | undefined;
}

/** What is carried back. It holds no secret, and whoever has it can publish it, and nothing else. */
export interface ColdBundle {
  /** 32 bytes, Ed25519. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly action: ColdAction;
  /** Unix milliseconds, by the clock of the machine with the secret, or when the request was made if that is later. */
  readonly createdMs: number;
  /** Unix milliseconds, exclusive. */
  readonly expiresMs: number;
  /** That of the request. */
  readonly revision: number;
  /** Signed, in the order in which they are to be published, 1 to 16. */
  readonly publications: readonly Publication[];
  /** The key that is new, if there is one. */
  readonly newKey: { readonly context: string; readonly noiseKey: Uint8Array } | undefined;
  /** The payload of the changed packet. */
  readonly packet: Uint8Array | undefined;
  /** Microseconds since 1970: the timestamp of the packet that it replaces. */
  readonly replaces: bigint | undefined;
}

const actionShape = oneOf('publish', 'restamp', 'rotate', 'revoke', 'retire', 'withdraw');
const packetShape = optional(bytes(MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES));

const statementShape: Shape<ColdStatement> = mapped(
  object({
    kind: oneOf('key', 'revocation', 'retirement'),
    device: deviceShape,
    noiseKey: optional(bytes(KEY_BYTES)),
    context: optional(contextShape),
    later: natural,
  }),
  (statement) => {
    const { kind, noiseKey, context, later } = statement;
    const isNamed = kind === 'retirement' ? noiseKey === undefined : (noiseKey ?? context) !== undefined;
    const mayBeNew = kind === 'key' || context === undefined;
    return isNamed && mayBeNew && later <= 1 ? statement : misshapen();
  },
  (statement) => statement,
);

function filled<Item>(items: readonly Item[]): readonly Item[] {
  return items.length > 0 ? items : misshapen();
}

/** Requests as files: JSON of at most 16 KiB, with lines for people. Strict: what else is in it makes it none. */
export const coldRequestCodec: DocumentCodec<ColdRequest> = documentCodec<ColdRequest>({
  what: 'request for an offline signature',
  format: 'pubky-paykit-cold-request',
  version: 1,
  maximumBytes: MAX_COLD_REQUEST_BYTES,
  forPeople: true,
  shape: object({
    identity,
    device: deviceShape,
    action: actionShape,
    createdMs: natural,
    revision: natural,
    stampedSeconds: uint64,
    statements: mapped(list(statementShape, MAX_OUTBOX_PUBLICATIONS), filled, filled),
    packet: packetShape,
  }),
});

/** Bundles as files: JSON of at most 32 KiB, with lines for people. Strict: what else is in it makes it none. */
export const coldBundleCodec: DocumentCodec<ColdBundle> = documentCodec<ColdBundle>({
  what: 'bundle of offline signatures',
  format: 'pubky-paykit-cold-bundle',
  version: 1,
  maximumBytes: MAX_COLD_BUNDLE_BYTES,
  forPeople: true,
  shape: object({
    identity,
    device: deviceShape,
    action: actionShape,
    createdMs: natural,
    expiresMs: natural,
    revision: natural,
    publications: mapped(list(publicationShape, MAX_OUTBOX_PUBLICATIONS), filled, filled),
    newKey: optional(object({ context: contextShape, noiseKey: bytes(KEY_BYTES) })),
    packet: packetShape,
    replaces: optional(uint64),
  }),
});
