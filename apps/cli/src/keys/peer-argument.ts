import { UsageError } from '../command-errors.ts';
import { readPublicKey } from '../home/home-settings.ts';

/** A device of somebody else. */
export interface Peer {
  /** 32 bytes. */
  readonly identity: Uint8Array;
  readonly device: string;
}

/** 1 to 63 as in records; former devices may be asked for, too. */
const DEVICE = /^[a-z0-9-]{1,63}$/;

/** The one IDENTITY that somebody typed, and which device. @throws UsageError */
export function readPeer([identity, ...others]: readonly string[], device: string, command: string): Peer {
  if (identity === undefined || others.length > 0) throw new UsageError('It wants one IDENTITY.', command);
  if (!DEVICE.test(device)) {
    throw new UsageError('--device wants 1 to 63 lower-case letters, digits and hyphens.', command);
  }
  return { identity: readPublicKey(identity, 'IDENTITY', command), device };
}
