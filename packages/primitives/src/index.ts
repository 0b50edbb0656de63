export { readBody } from './bounded-body.ts';
export { ByteReader } from './byte-reader.ts';
export { ByteWriter } from './byte-writer.ts';
export { concatBytes, equalBytes, isAllZero, wipe } from './bytes.ts';
export { base64 } from './codecs/base64.ts';
export { hex } from './codecs/hex.ts';
export type { TextCodec } from './codecs/text-codec.ts';
export { decodeUtf8, encodeUtf8 } from './codecs/utf8.ts';
export { zBase32 } from './codecs/z-base-32.ts';
export {
  type CodedErrorClass,
  type CodedErrorFields,
  type CodedErrorOf,
  type ContextValue,
  defineErrors,
  type ErrorRow,
  type ErrorTable,
  errorRow,
  isCodedError,
  type TypedErrorRow,
} from './coded-error.ts';
export {
  type Deadline,
  type DeadlineErrors,
  type DeadlineOptions,
  deadlinesWith,
  type NamedDeadlineOptions,
  type WithNamedDeadline,
  withDeadline,
} from './deadline.ts';
export { PRIMITIVES_ERRORS, PrimitivesError } from './errors.ts';
export type { CancelSignal, PlatformSignal } from './ports/cancel-signal.ts';
export { type CancelTimer, type Clock, systemClock } from './ports/clock.ts';
export {
  type Fetch,
  type FetchBodyReader,
  type FetchRequest,
  type FetchResponse,
  systemFetch,
} from './ports/fetch.ts';
export type { IdentitySigner } from './ports/identity-signer.ts';
export { type LogFields, type Logger, silentLogger } from './ports/logger.ts';
export { type RandomSource, systemRandom } from './ports/random-source.ts';
export {
  noTelemetry,
  type Telemetry,
  type TelemetryAttributes,
  type TelemetrySpan,
} from './ports/telemetry.ts';
export { Secret } from './secret.ts';
