import type { Couple, Stage } from '../stage.ts';
import { payOnce } from './payment.ts';

/** Bob gets a new Noise key, and nobody is turned away meanwhile. */
export async function keyIsRotated(couple: Couple, stage: Stage): Promise<void> {
  const { story } = stage;
  story.chapter(
    'A key is rotated',
    'A key that is replaced in time is worth little to whoever steals it later. Payers who have not heard of the new one yet must still get through.',
  );
  await couple.bob.play('rotate', {});
  await payOnce(couple, stage, { pattern: 'IK', key: 'former', cached: true });
  await payOnce(couple, stage, { pattern: 'IK', key: 'current', cached: false });
  story.note(
    'Shown',
    'a payment to the former key, within its overlap, and one to the new key, found by the next look-up.',
  );
}
