import {
  createPatternPolicy,
  type DialPayeeOptions,
  IK,
  IK_RAW,
  N,
  NN,
  type Profile,
  type ProfileName,
  XX,
} from 'pubky-paykit';
import { UsageError } from '../command-errors.ts';

/** What a pattern is for those who pay and those who are paid. */
export interface PatternChoice {
  readonly name: ProfileName;
  readonly profile: Profile;
  /** Whether the payee finds out who pays by looking up the payer's Noise key, which must be published then (P8 W-05). */
  readonly looksUpPayer: boolean;
  /** Whether a handshake that fails says something about the payee's Noise key. */
  readonly usesPayeeKey: boolean;
  /** Nothing comes back: no receipt, no payment. */
  readonly oneWay: boolean;
}

/** The patterns by the names the reference knows them by. @see P8 §3.2, §6.2 */
const CHOICES = {
  ik: { name: 'IK', profile: IK, looksUpPayer: false, usesPayeeKey: true, oneWay: false },
  'ik-raw': { name: 'IK-raw', profile: IK_RAW, looksUpPayer: true, usesPayeeKey: true, oneWay: false },
  nn: { name: 'NN', profile: NN, looksUpPayer: false, usesPayeeKey: false, oneWay: false },
  xx: { name: 'XX', profile: XX, looksUpPayer: true, usesPayeeKey: true, oneWay: false },
  n: { name: 'N', profile: N, looksUpPayer: false, usesPayeeKey: true, oneWay: true },
} as const satisfies Readonly<Record<string, PatternChoice>>;

const NAMES = Object.keys(CHOICES) as readonly (keyof typeof CHOICES)[];

/** Whether the payee finds out who pays by looking up the payer's Noise key. */
export function looksUpPayer(name: ProfileName): boolean {
  return NAMES.some((each) => CHOICES[each].name === name && CHOICES[each].looksUpPayer);
}

/** What a payee accepts where nobody says otherwise: what names its payers and shows the payee to no stranger. */
export const DEFAULT_PATTERNS = 'ik,ik-raw,xx';

/** What a payee has to accept to accept this one, too: a list for `--patterns`. */
export function patternsWith({ name }: PatternChoice): string {
  const named = NAMES.find((each) => CHOICES[each].name === name) ?? '';
  return [...new Set([...DEFAULT_PATTERNS.split(','), named])].join(',');
}

/** The pattern of a name, in either case. @throws UsageError */
export function readPattern(text: string, option: string, command: string): PatternChoice {
  const name = NAMES.find((each) => each === text.trim().toLowerCase());
  if (name !== undefined) return CHOICES[name];
  throw new UsageError(`${option} wants ${NAMES.join(', ')}.`, command);
}

/** The patterns of a list, each once. @throws UsageError */
export function readPatterns(text: string, option: string, command: string): readonly PatternChoice[] {
  return [...new Set(text.split(',').map((name) => readPattern(name, option, command)))];
}

/** How one pattern is dialled and no other. */
export function dialling({
  name,
  oneWay,
}: PatternChoice): Pick<DialPayeeOptions, 'policy' | 'anonymous' | 'answerNeeded'> {
  const others = NAMES.map((each) => CHOICES[each].name).filter((each) => each !== name);
  return {
    policy: createPatternPolicy({ off: { initiator: others }, fallback: [name] }),
    // The pattern hides who sends, so the request must as well (P8 W-06).
    anonymous: oneWay,
    answerNeeded: !oneWay,
  };
}
