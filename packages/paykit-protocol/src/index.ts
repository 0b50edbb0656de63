export { type Amount, compareAmounts, formatAmount, parseAmount } from './amount.ts';
export {
  AMOUNT_MAX_MANTISSA,
  AMOUNT_MAX_SCALE,
  MESSAGE_MAX_BYTES,
  METADATA_MAX_BYTES,
  METADATA_MAX_DEPTH,
} from './constants.ts';
export { type FieldProblem, type JsonProblem, PAYKIT_ERRORS, PaykitError } from './errors.ts';
export {
  answerMessage,
  type IgnoredMessage,
  type MessageAnswer,
  type ServeOptions,
  serveChannel,
} from './incoming.ts';
export { type JsonBounds, stringifyJson } from './json/compact-json.ts';
export {
  JsonDecimal,
  type JsonNumber,
  type JsonObject,
  type JsonValue,
  jsonEquals,
} from './json/json-value.ts';
export { parseJson } from './json/strict-json.ts';
export { createMemoryReceiptStore, type MemoryReceiptStore } from './memory-receipt-store.ts';
export { createMessageChannel } from './message-channel.ts';
export { decodeMessage, encodeMessage } from './message-codec.ts';
export type {
  Ack,
  Attestation,
  ConfirmReceipt,
  ErrorMessage,
  MessageType,
  OfferPrivateEndpoint,
  PaykitMessage,
  RequestReceipt,
} from './messages.ts';
export {
  type Negotiation,
  type NegotiationEvent,
  type NegotiationObserver,
  type NegotiationRole,
  type NegotiationState,
  type NegotiationStep,
  nextState,
  startNegotiation,
  TRANSITIONS,
} from './negotiation.ts';
export {
  type AnswerOptions,
  answerRequest,
  type ConfirmedAnswer,
  type RefusedAnswer,
  type RequestAnswer,
} from './payee.ts';
export { type RequestReceiptOptions, requestReceipt } from './payer.ts';
export type {
  ByteChannel,
  MessageChannel,
  MethodLookup,
  ReceiptGenerator,
  ReceiptKey,
  ReceiptStore,
  ReceiveOptions,
  WaitOptions,
} from './ports.ts';
export { createProvisionalReceipt, createReceiptId, type PaymentTerms } from './provisional-receipt.ts';
export {
  confirmationDifference,
  copyReceipt,
  decodeReceipt,
  encodeReceipt,
  type PaykitReceipt,
  receiptEquals,
} from './receipt.ts';
export { REFUSALS, type RefusalCode, refusalMessage } from './refusals.ts';
