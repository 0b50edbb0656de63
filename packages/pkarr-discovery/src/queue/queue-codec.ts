import {
  MAX_DEGRADED_TARGETS,
  MAX_PUBLISHED_MARKS,
  MAX_QUEUE_BYTES,
  MAX_QUEUED_PUBLICATIONS,
  MAX_QUEUED_REVOCATIONS,
} from '../constants.ts';
import { type DocumentCodec, documentCodec } from '../shapes/document.ts';
import { deviceShape, publicationShape } from '../shapes/publication-shape.ts';
import { list, mapped, natural, object, oneOf, optional, text, uint64 } from '../shapes/shape.ts';
import { type QueueState, secondsOf } from './queue-state.ts';

/** The name of a target, which the program gives. */
export const TARGET_NAME = /^[A-Za-z0-9_.:/-]{1,128}$/;

const targetShape = text(TARGET_NAME);

/** The code of an error, such as `DISCOVERY_OFFLINE`. */
const codeShape = text(/^[A-Z0-9_]{1,64}$/);

const deliveryShape = object({
  id: natural,
  target: targetShape,
  publication: publicationShape,
  retiresSeconds: optional(uint64),
  queuedAtMs: natural,
  attempts: natural,
  notBeforeMs: natural,
  code: optional(codeShape),
  parkedAtMs: optional(natural),
});

const markShape = object({
  target: targetShape,
  device: deviceShape,
  kind: oneOf('key', 'revocation', 'retirement'),
  key: optional(text(/^[0-9a-f]{16}$/)),
  timestampSeconds: uint64,
  atMs: natural,
  unreached: optional(natural),
});

const degradedShape = object({ target: targetShape, code: codeShape, sinceMs: natural });

/** @throws TypeError for a number that is used twice, and for a record without a time. */
function consistent(state: QueueState): QueueState {
  const ids = new Set(state.deliveries.map(({ id }) => id));
  const holds =
    ids.size === state.deliveries.length &&
    state.deliveries.every(
      ({ id, publication }) =>
        id < state.nextId && (publication.kind === 'retirement' || secondsOf(publication) !== undefined),
    );
  if (!holds) throw new TypeError('the queue contradicts itself');
  return state;
}

/** Queues as bytes. */
export const queueCodec: DocumentCodec<QueueState> = documentCodec({
  what: 'publication queue',
  format: 'pubky-paykit-publication-queue',
  version: 1,
  maximumBytes: MAX_QUEUE_BYTES,
  shape: mapped(
    object({
      nextId: natural,
      deliveries: list(deliveryShape, MAX_QUEUED_PUBLICATIONS + MAX_QUEUED_REVOCATIONS),
      published: list(markShape, MAX_PUBLISHED_MARKS),
      degraded: list(degradedShape, MAX_DEGRADED_TARGETS),
    }),
    consistent,
    consistent,
  ),
});
