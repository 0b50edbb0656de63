import { MAX_OWN_RECORD_CHARACTERS } from '../constants.ts';
import type { Publication } from '../publications/publication.ts';
import { identity, mapped, misshapen, object, oneOf, optional, type Shape, text, uint64 } from './shape.ts';

/** The id of a device. */
export const deviceShape: Shape<string> = text(/^[a-z0-9-]{1,63}$/);

/** A record that we have signed: visible ASCII without what JSON would escape. */
export const recordShape: Shape<string> = text(new RegExp(`^[!#-[\\]-~]{1,${MAX_OWN_RECORD_CHARACTERS}}$`));

/** A publication that others may have written: it has a record unless it is a retirement. */
export const publicationShape: Shape<Publication> = mapped(
  object({
    identity,
    device: deviceShape,
    kind: oneOf('key', 'revocation', 'retirement'),
    record: optional(recordShape),
  }),
  ({ kind, record, ...about }): Publication => {
    if (kind === 'retirement') return record === undefined ? { ...about, kind } : misshapen();
    return record === undefined ? misshapen() : { ...about, kind, record };
  },
  (publication) => ({ record: undefined, ...publication }),
);

/** A publication of our own store, which may say what it supersedes: nobody else is asked what may be replaced. */
export const ownPublicationShape: Shape<Publication> = mapped(
  object({
    identity,
    device: deviceShape,
    kind: oneOf('key', 'revocation', 'retirement'),
    record: optional(recordShape),
    supersedesSeconds: optional(uint64),
  }),
  ({ kind, record, supersedesSeconds, ...about }): Publication => {
    if (kind === 'retirement' || record === undefined) {
      const isRetirement = kind === 'retirement' && record === undefined && supersedesSeconds === undefined;
      return isRetirement ? { ...about, kind } : misshapen();
    }
    if (supersedesSeconds === undefined) return { ...about, kind, record };
    return kind === 'key' ? { ...about, kind, record, supersedesSeconds } : misshapen();
  },
  (publication) => ({ record: undefined, supersedesSeconds: undefined, ...publication }),
);
