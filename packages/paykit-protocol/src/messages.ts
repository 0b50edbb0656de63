import {
  ENDPOINT_MAX_CHARS,
  ERROR_CODE_MAX_CHARS,
  ERROR_MESSAGE_MAX_CHARS,
  METHOD_ID_MAX_CHARS,
  SIGNATURE_BYTES,
} from './constants.ts';
import { type Field, hexBytes, hexPublicKey, record, text } from './fields.ts';
import { type PaykitReceipt, RECEIPT } from './receipt.ts';

/** Tells the peer where this side can be paid in private. Either side may send it. */
export interface OfferPrivateEndpoint {
  readonly type: 'OfferPrivateEndpoint';
  /** At most 128 characters. */
  readonly methodId: string;
  /** At most 32 768 characters, and the whole message at most 65 519 bytes. */
  readonly endpoint: string;
}

/** Asks the payee for a receipt. */
export interface RequestReceipt {
  readonly type: 'RequestReceipt';
  readonly provisionalReceipt: PaykitReceipt;
}

/** The payee's answer: the request's receipt, with additions in its metadata at most. */
export interface ConfirmReceipt {
  readonly type: 'ConfirmReceipt';
  readonly receipt: PaykitReceipt;
}

/** "I have it." Carries nothing. */
export interface Ack {
  readonly type: 'Ack';
}

/** A refusal. 0.8 itself sends only the code `WRONG_PAYEE`; ours are in `REFUSALS`. */
export interface ErrorMessage {
  readonly type: 'Error';
  /** At most 128 characters. From a peer, it may be anything. */
  readonly code: string;
  /** At most 4 096 characters. From a peer, it may be anything. */
  readonly message: string;
}

/** Proof of an identity over an unauthenticated (NN) session. This package carries it and does not verify it. */
export interface Attestation {
  readonly type: 'Attestation';
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519 signature, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Every message of Paykit 0.8. @see P8 §2.2 */
export type PaykitMessage =
  | OfferPrivateEndpoint
  | RequestReceipt
  | ConfirmReceipt
  | Ack
  | ErrorMessage
  | Attestation;

/** The `type` of a message. */
export type MessageType = PaykitMessage['type'];

/** What stands under `payload` in each message; `undefined` for the message that has none. */
export type MessagePayloads = {
  readonly [Message in PaykitMessage as Message['type']]: keyof Omit<Message, 'type'> extends never
    ? undefined
    : Field<Omit<Message, 'type'>>;
};

/** The messages in JSON, members in the order of P8 §2.2. */
export const MESSAGE_PAYLOADS: MessagePayloads = {
  OfferPrivateEndpoint: record<Omit<OfferPrivateEndpoint, 'type'>>({
    methodId: ['method_id', text(0, METHOD_ID_MAX_CHARS)],
    endpoint: ['endpoint', text(0, ENDPOINT_MAX_CHARS)],
  }),
  RequestReceipt: record<Omit<RequestReceipt, 'type'>>({
    provisionalReceipt: ['provisional_receipt', RECEIPT],
  }),
  ConfirmReceipt: record<Omit<ConfirmReceipt, 'type'>>({ receipt: ['receipt', RECEIPT] }),
  Ack: undefined,
  Error: record<Omit<ErrorMessage, 'type'>>({
    code: ['code', text(0, ERROR_CODE_MAX_CHARS)],
    message: ['message', text(0, ERROR_MESSAGE_MAX_CHARS)],
  }),
  Attestation: record<Omit<Attestation, 'type'>>({
    publicKey: ['ed25519_pk', hexPublicKey],
    signature: ['signature', hexBytes(SIGNATURE_BYTES)],
  }),
};
