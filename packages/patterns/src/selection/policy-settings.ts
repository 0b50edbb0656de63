import { PatternsError } from '../errors.ts';
import type { ProfileName } from '../profiles/pattern-names.ts';
import { type Experiment, readExperiment } from './experiment.ts';
import { readMembers, readPatterns } from './settings-reader.ts';

/** What a policy is told, in a form that a file of feature flags can hold. */
export interface PolicySettings {
  /** The patterns that are switched off, for those who connect and for those who accept. */
  readonly off?: {
    readonly initiator?: readonly ProfileName[];
    readonly responder?: readonly ProfileName[];
  };
  /** What to try, in this order, where the pattern that is wanted may not be used; `['IK']` if not given. */
  readonly fallback?: readonly ProfileName[];
  /** Which patterns are compared, if any. */
  readonly experiment?: Experiment;
}

/** Settings with every default filled in, frozen. */
export interface CompleteSettings extends PolicySettings {
  readonly off: { readonly initiator: readonly ProfileName[]; readonly responder: readonly ProfileName[] };
  readonly fallback: readonly ProfileName[];
}

const DEFAULT_FALLBACK: readonly ProfileName[] = ['IK'];
const NONE: readonly ProfileName[] = [];

function readSettings(json: unknown): CompleteSettings {
  const {
    off = {},
    fallback = DEFAULT_FALLBACK,
    experiment,
  } = readMembers(json, '', ['off', 'fallback', 'experiment']);
  const { initiator = NONE, responder = NONE } = readMembers(off, 'off', ['initiator', 'responder']);
  return Object.freeze({
    off: Object.freeze({
      initiator: readPatterns(initiator, 'off.initiator'),
      responder: readPatterns(responder, 'off.responder'),
    }),
    fallback: readPatterns(fallback, 'fallback'),
    ...(experiment === undefined ? {} : { experiment: readExperiment(experiment, 'experiment') }),
  });
}

/**
 * Reads the settings of a policy from what `JSON.parse` gave, such as a file of feature flags. Members that are not known
 * are refused, since a misspelt switch would switch nothing.
 *
 * @returns A frozen copy with the defaults filled in.
 * @throws PATTERNS_POLICY_INVALID with the member and its fault, and nothing else.
 * @example
 * ```ts
 * import { createPatternPolicy, parsePolicySettings } from '@pubky-paykit/patterns';
 * const policy = createPatternPolicy();
 * function reload(text: string) {
 *   policy.update(parsePolicySettings(JSON.parse(text))); // {"off":{"initiator":["XX"]},"fallback":["IK","IK-raw"]}
 * }
 * ```
 */
export function parsePolicySettings(json: unknown): CompleteSettings {
  try {
    return readSettings(json);
  } catch (cause) {
    if (cause instanceof PatternsError) throw cause;
    // No JSON does this: a getter or a proxy threw.
    throw new PatternsError('PATTERNS_POLICY_INVALID', { member: '', fault: 'unreadable' }, { cause });
  }
}
