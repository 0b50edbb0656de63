import type { ProfileName } from 'pubky-paykit';
import { DEFAULT_PATTERNS, looksUpPayer, type PatternChoice, patternsWith } from './pattern-choice.ts';

/** What there is to say of a pattern that may not be accepted. */
export interface PatternFacts {
  readonly pattern: string;
  /** What a payee has to take to accept it. */
  readonly patterns: string;
  /** Of the key that a handshake with it needs. */
  readonly doubt: string;
}

const KEY_DOUBT =
  ' Or it does not hold the Noise key that the payee has published: somebody else may be there.';

/** What a broken handshake may be about. @param pattern The one that was asked for; what fits if nothing. */
export function patternFacts(pattern: PatternChoice | undefined): PatternFacts {
  const patterns = pattern === undefined ? DEFAULT_PATTERNS : patternsWith(pattern);
  const doubt = (pattern?.usesPayeeKey ?? true) ? KEY_DOUBT : '';
  return { pattern: pattern?.name ?? 'this pattern', patterns, doubt };
}

/** What an answer that cannot be given now may be about; begins with a space, or is empty. @param pattern That of the session. */
export function lookUpFact(pattern: ProfileName): string {
  if (!looksUpPayer(pattern)) return '';
  return ` With ${pattern} it has to look up whose Noise key yours is, and may not be able to: --pattern ik needs no look-up.`;
}
