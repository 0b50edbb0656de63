import type { AskedSources, DiscoveryResult } from './discovery-result.ts';

type Without<Result, Key extends keyof AskedSources> = Result extends DiscoveryResult
  ? Omit<Result, Key>
  : never;

/** A result of each kind, without what all of them tell of the sources. */
export type Decision = Without<DiscoveryResult, keyof AskedSources>;
