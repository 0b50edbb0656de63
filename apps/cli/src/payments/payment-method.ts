import { UsageError } from '../command-errors.ts';

/** What payments are asked for where nobody says otherwise, as in the reference. @see P8 §6.2 */
export const DEFAULT_METHOD = 'lightning';

/** Ids that stand in a path as they are, everywhere; 0.8 takes any text. */
const METHOD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A folder of the directory: no method can have its name. @see P8 §1.2 */
const FOLDER = 'requests';

/** The id of a payment method that somebody typed. @throws UsageError */
export function readMethod(text: string, command: string): string {
  if (METHOD.test(text) && text !== FOLDER) return text;
  throw new UsageError(
    '--method wants 1 to 64 letters, digits, dots, hyphens and underscores, such as lightning.',
    command,
  );
}

/** Where the endpoint of a method stands in the storage of its owner. @see P8 §1.2 */
export function endpointPath(method: string): string {
  return `/pub/paykit.app/v0/${method}`;
}
