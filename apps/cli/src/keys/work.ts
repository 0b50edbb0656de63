import type { OwnKeys } from 'pubky-paykit';
import type { Home } from '../home/open-home.ts';

/** An open home with its keys, while something is done to them. */
export interface Work {
  readonly home: Home;
  readonly keys: OwnKeys;
  readonly device: string;
  readonly signal: AbortSignal;
}
