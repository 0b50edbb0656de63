import { MAX_OWN_RECORD_CHARACTERS } from '../constants.ts';
import type { Publication } from '../publications/publication.ts';
import { identity, mapped, misshapen, object, oneOf, optional, type Shape, text } from './shape.ts';

/** The id of a device. */
export const deviceShape: Shape<string> = text(/^[a-z0-9-]{1,63}$/);

/** A record that we have signed: visible ASCII without what JSON would escape. */
export const recordShape: Shape<string> = text(new RegExp(`^[!#-[\\]-~]{1,${MAX_OWN_RECORD_CHARACTERS}}$`));

/** A publication, which has a record unless it is a retirement. */
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
