import type { ProfileName } from 'pubky-paykit';
import { CommandFailed } from '../../command-errors.ts';
import { DEMO_PATTERNS } from '../patterns.ts';
import { receiptSummary } from '../receipt-text.ts';
import type { Scenes } from '../scene.ts';
import { acquaintance, type Couple, type Stage } from '../stage.ts';

/** What is not the same in every payment. */
type Ways = Pick<Scenes['listen']['asks'], 'pattern' | 'key'> & Pick<Scenes['pay']['asks'], 'cached'>;

/**
 * One payment from Alice to Bob; in N, one request.
 *
 * @returns The receipt or request, which is the same on both sides.
 * @throws CommandFailed
 */
export async function payOnce(
  { alice, bob }: Couple,
  { options }: Pick<Stage, 'options'>,
  { pattern, key, cached }: Ways,
): Promise<string> {
  const { method, amount, currency } = options;
  const { port } = await bob.play('listen', { pattern, method, key });
  const payee = acquaintance(bob);
  const dial = { payee, port, terms: { method, amount, currency } };
  const mine = await alice.play('pay', { ...dial, pattern, cached });
  const theirs = await bob.play('close', {});
  if (theirs.kind === 'refused') throw new CommandFailed(`${bob.name} has refused: ${theirs.reason}.`);
  if (mine.json !== theirs.json) throw new CommandFailed('The two sides stored different receipts.');
  return mine.json;
}

/** How a pattern ends, by what both sides hold then. */
const ENDINGS = {
  receipt: 'Both hold',
  request: 'Bob holds',
} as const;

/** A chapter for one pattern: why it is there, what happens, and what is known in the end. */
export async function payInPattern(couple: Couple, stage: Stage, pattern: ProfileName): Promise<void> {
  const { story } = stage;
  const { why, proven, notProven, outcome } = DEMO_PATTERNS[pattern];
  story.chapter(`Alice pays Bob: pattern ${pattern}`, why);
  const json = await payOnce(couple, stage, { pattern, key: 'current', cached: false });
  const what = outcome === 'receipt' ? 'the same receipt:' : 'an unverified request, no payment:';
  story.note(ENDINGS[outcome], `${what} ${receiptSummary(json, [couple.alice, couple.bob])}`);
  story.note('Proven', proven);
  story.note('Not proven', notProven, 'open');
}
