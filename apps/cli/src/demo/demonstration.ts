import { join } from 'node:path';
import type { ProfileName } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { createBookKeeper } from './address-book.ts';
import type { DemoOptions } from './demo-options.ts';
import { ParticipantProcess } from './participant-process.ts';
import { DEMO_PATTERNS } from './patterns.ts';
import type { Story } from './story.ts';

/** What the payments of one run share. */
export interface Demonstration {
  readonly options: DemoOptions;
  /** Where participants store what they store, each in a folder of its own. */
  readonly folder: string;
  readonly story: Story;
  /** Every process that was started; whoever runs this stops them in the end. */
  readonly participants: ParticipantProcess[];
}

/**
 * One payment between two processes in one pattern, or in N, one request.
 *
 * @throws CommandFailed
 */
export async function demonstrate(name: ProfileName, demonstration: Demonstration): Promise<void> {
  const { options, story, participants } = demonstration;
  const pattern = DEMO_PATTERNS[name];
  const folderOf = (role: string): string => join(demonstration.folder, name.toLowerCase(), role);
  const keepBook = createBookKeeper();
  story.beginPattern(name, pattern);
  const startedMs = performance.now();
  const payee = new ParticipantProcess('payee', story, keepBook);
  const payer = new ParticipantProcess('payer', story, keepBook);
  participants.push(payee, payer);

  const { method, amount, currency } = options;
  payee.begin({ role: 'payee', pattern: name, folder: folderOf('payee'), method });
  const { port, identity } = await payee.result('address');
  payer.begin({
    role: 'payer',
    pattern: name,
    folder: folderOf('payer'),
    port,
    payee: identity,
    method,
    amount,
    currency,
  });
  const [mine, theirs] = await Promise.all([payer.result('outcome'), payee.result('outcome'), payer.ended]);
  if (mine.json !== theirs.json) throw new CommandFailed('The two sides stored different receipts.');
  payee.finish();
  await payee.ended;
  story.endPattern(pattern, mine.json, performance.now() - startedMs);
}
