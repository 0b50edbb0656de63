import type { Clock, Logger, RandomSource } from '@pubky-paykit/primitives';
import type { Store } from '../storage/store.ts';
import type { EventBell } from './event-bell.ts';
import type { TokenGate } from './token-gate.ts';

/** What bounds the files of a homeserver; all inclusive, in bytes. */
export interface FileLimits {
  /** Of one file. */
  readonly fileBytes: number;
  /** Of one user, 256 for each file included; `Infinity` for no limit. */
  readonly userBytes: number;
}

/** What the routes of a homeserver work with. */
export interface Homeserver {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly tokens: TokenGate;
  readonly bell: EventBell;
  readonly limits: FileLimits;
  /** Whether signing up takes an invite. */
  readonly inviteOnly: boolean;
}
