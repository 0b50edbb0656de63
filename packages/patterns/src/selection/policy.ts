import { PatternsError } from '../errors.ts';
import type { PatternSwitch } from '../handshake/negotiation.ts';
import { PROFILE_NAMES, type ProfileName } from '../profiles/pattern-names.ts';
import { assignArm } from './experiment.ts';
import { createPolicyReporter, type DegradedBecause, type PolicyPorts } from './policy-events.ts';
import { type CompleteSettings, type PolicySettings, parsePolicySettings } from './policy-settings.ts';
import { isPossible, meets, type Requirement } from './requirements.ts';
import { type Selection, selectPattern } from './selection.ts';
import { requireSituation, type Situation } from './situation.ts';

/** The arm of an experiment that a selection was made for. */
export interface AssignedArm {
  readonly experiment: string;
  readonly name: string;
}

/** What a policy chose. */
export interface PolicySelection extends Selection {
  /** What rules or experiment asked for; another one than `pattern` exactly if `degraded`. */
  readonly wanted: ProfileName;
  readonly degraded: boolean;
  /** Why `wanted` was not used, if it was not. */
  readonly because: DegradedBecause | undefined;
  /** The arm of the peer, if there is an experiment and a peer was named; also where it could not be followed. */
  readonly arm: AssignedArm | undefined;
}

/** What a caller demands of one selection. */
export interface SelectOptions {
  /** What the session must give; a pattern that does not is never chosen. */
  readonly require?: Requirement | readonly Requirement[] | undefined;
  /** What the peer is called, for the assignment of experiments; without it there is none. */
  readonly peer?: string | undefined;
}

/** Which patterns may be used now: ask it before connecting, and give it to `offerProfiles` as its `policy`. */
export interface PatternPolicy extends PatternSwitch {
  /** What is in force, complete and frozen. */
  readonly settings: CompleteSettings;
  /**
   * Puts other settings in force for every selection and every negotiation byte from now on; open sessions stay.
   *
   * @throws PATTERNS_POLICY_INVALID, and then nothing has changed.
   */
  update(settings: PolicySettings): void;
  /**
   * Chooses a pattern that is switched on and gives everything that is demanded: by `require`, and by the situation, in
   * which anonymity and an answer are demands too.
   *
   * @throws PATTERNS_NO_PATTERN_ALLOWED, PATTERNS_NO_PATTERN
   * @throws TypeError for a requirement that is none, and for a situation with a member missing.
   */
  select(situation: Situation, options?: SelectOptions): PolicySelection;
}

interface Question {
  readonly situation: Situation;
  readonly demands: readonly Requirement[];
}

/** Demands of the caller and of the situation, each known to both: NN is nameless only where that is asked for. */
function questionOf(situation: Situation, require: SelectOptions['require'] = []): Question {
  // Before anything is added to it, which would hide a member that was forgotten.
  requireSituation(situation);
  const required: readonly Requirement[] = typeof require === 'string' ? [require] : require;
  const anonymous = situation.anonymous || required.includes('client-anonymity');
  const answerNeeded = situation.answerNeeded || required.includes('answer');
  const demands = new Set(required);
  if (anonymous) demands.add('client-anonymity');
  if (answerNeeded) demands.add('answer');
  return { situation: { ...situation, anonymous, answerNeeded }, demands: [...demands].sort() };
}

function gives(pattern: ProfileName, { situation, demands }: Question): boolean {
  return isPossible(pattern, situation) && demands.every((demand) => meets(pattern, situation, demand));
}

interface Wanted extends Selection {
  readonly arm: AssignedArm | undefined;
}

/** What the arm of the peer prefers, where it gives what is asked for; else what the rules say. */
function wantedBy(
  { experiment }: CompleteSettings,
  question: Question,
  ruled: Selection,
  peer: string | undefined,
): Wanted {
  if (experiment === undefined || peer === undefined) return { ...ruled, arm: undefined };
  const { name, prefer } = assignArm(experiment, peer);
  const arm = { experiment: experiment.name, name };
  if (!gives(prefer, question)) return { ...ruled, arm };
  const reason = `The arm "${name}" of the experiment "${experiment.name}" prefers ${prefer}.`;
  return { ...ruled, pattern: prefer, rule: 'experiment', reason, arm };
}

/** The demands that nothing usable gives; all of them if each is given, but none gives them together. */
function missingIn(usable: readonly ProfileName[], { situation, demands }: Question): string {
  if (usable.length === 0) return 'any pattern that is possible here';
  const unmet = demands.filter((demand) => !usable.some((pattern) => meets(pattern, situation, demand)));
  return (unmet.length > 0 ? unmet : demands).join(', ');
}

const REASONS: Readonly<Record<DegradedBecause, string>> = {
  'switched-off': 'is switched off',
  requirement: 'does not give what is demanded',
};

/**
 * Makes a policy: the rules of {@link selectPattern}, with switches that can be turned while the program runs, a list to
 * fall back along, and experiments (P8 §3.13, W-59).
 *
 * @param settings Copied. By default everything is on and the fallback is IK.
 * @throws PATTERNS_POLICY_INVALID
 * @example
 * ```ts
 * import { createPatternPolicy, type Situation } from '@pubky-paykit/patterns';
 * function choose(situation: Situation, warn: (text: string) => void) {
 *   const settings = { off: { initiator: ['XX'] }, fallback: ['IK', 'IK-raw'] } as const;
 *   const policy = createPatternPolicy(settings, { onEvent: ({ kind, wanted }) => warn(`${wanted}: ${kind}`) });
 *   return policy.select(situation, { require: ['server-identity', 'forward-secrecy'] }).pattern;
 * }
 * ```
 */
export function createPatternPolicy(settings: PolicySettings = {}, ports: PolicyPorts = {}): PatternPolicy {
  const tell = createPolicyReporter(ports);
  let current = parsePolicySettings(settings);
  /** Which replacements were told and not yet taken back, at most one a pattern and one a pattern and set of demands. */
  const degraded = new Set<string>();

  function allows(pattern: ProfileName, role: 'initiator' | 'responder'): boolean {
    return PROFILE_NAMES.includes(pattern) && !current.off[role].includes(pattern);
  }

  function noteRecovery(wanted: ProfileName, question: Question): void {
    // A pattern that was off is back for everybody; one that gave too little, for those who demand the same.
    const back = [wanted, `${wanted} ${question.demands}`].filter((key) => degraded.delete(key));
    if (back.length > 0) tell({ kind: 'recovered', wanted, role: 'initiator' });
  }

  function replace(
    { pattern: wanted, ...rest }: Wanted,
    ruled: Selection,
    question: Question,
  ): PolicySelection {
    const because = gives(wanted, question) ? 'switched-off' : 'requirement';
    const usable = [ruled.pattern, ...current.fallback].filter(
      (name) => allows(name, 'initiator') && isPossible(name, question.situation),
    );
    const used = usable.find((name) => gives(name, question));
    if (used === undefined) {
      const missing = missingIn(usable, question);
      throw new PatternsError('PATTERNS_NO_PATTERN_ALLOWED', { wanted, because, missing });
    }
    degraded.add(because === 'switched-off' ? wanted : `${wanted} ${question.demands}`);
    tell({ kind: 'degraded', wanted, used, role: 'initiator', because });
    const reason = `${wanted} ${REASONS[because]}; ${used} is the first to fall back to that gives what is demanded.`;
    return { ...rest, pattern: used, rule: 'fallback', reason, wanted, degraded: true, because };
  }

  function select(situation: Situation, { require, peer }: SelectOptions = {}): PolicySelection {
    const question = questionOf(situation, require);
    const ruled = selectPattern(question.situation);
    const wanted = wantedBy(current, question, ruled, peer);
    const { pattern } = wanted;
    if (!allows(pattern, 'initiator') || !gives(pattern, question)) return replace(wanted, ruled, question);
    noteRecovery(pattern, question);
    return { ...wanted, wanted: pattern, degraded: false, because: undefined };
  }

  return {
    get settings() {
      return current;
    },
    allows,
    select,
    update(next) {
      current = parsePolicySettings(next);
    },
  };
}
