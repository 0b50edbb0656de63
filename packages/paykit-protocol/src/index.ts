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
export {
  createMemoryReceiptStore,
  type MemoryReceiptStore,
  type MemoryReceiptStoreOptions,
} from './memory-receipt-store.ts';
export { createMessageChannel, createMessageReceiver, createMessageSender } from './message-channel.ts';
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
export type { ListeningOptions } from './next-message.ts';
export { type OneWayOptions, serveOneWayChannel } from './one-way-incoming.ts';
export {
  type NotedRequest,
  type NoteOptions,
  noteRequest,
  type RefusedNote,
  type RequestNote,
} from './one-way-payee.ts';
export { type SendOneWayOptions, sendOneWayRequest } from './one-way-payer.ts';
export {
  type AnswerOptions,
  answerRequest,
  type ConfirmedAnswer,
  type RefusedAnswer,
  type RequestAnswer,
} from './payee.ts';
export { type RequestReceiptOptions, requestReceipt } from './payer.ts';
export type { PayerVerdict, VerifyPayer } from './payer-verification.ts';
export type {
  ByteChannel,
  ByteReceiver,
  ByteSender,
  MessageChannel,
  MessageReceiver,
  MessageSender,
  MethodLookup,
  OneWayReceiver,
  OneWaySender,
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
export type { RequestRules } from './request-checks.ts';
