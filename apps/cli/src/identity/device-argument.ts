import { isFormerDevice } from 'pubky-paykit';
import { UsageError } from '../command-errors.ts';

/** Of a device whose keys can be rotated: the former ones stand under its id with 17 characters more. */
const DEVICE = /^[a-z0-9-]{1,46}$/;

/** The id of a device that somebody typed. @throws UsageError */
export function readDevice(text: string, command: string): string {
  if (DEVICE.test(text) && !isFormerDevice(text)) return text;
  throw new UsageError('--device wants 1 to 46 lower-case letters, digits and hyphens.', command);
}
