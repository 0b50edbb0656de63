import { impostorIsRefused, keyIsRevoked } from './chapters/intrusion.ts';
import { payInPattern } from './chapters/payment.ts';
import { peopleMeet } from './chapters/people.ts';
import { keyIsRotated } from './chapters/rotation.ts';
import type { Stage } from './stage.ts';

/** What comes after the payments when the whole story is told. The revoked key is the last: Alice has none after that. */
const KEY_CHAPTERS = [keyIsRotated, impostorIsRefused, keyIsRevoked] as const;

/** Everything after the network is up, in the order in which it is told. */
export async function tellAll(stage: Stage): Promise<void> {
  const { patterns, whole } = stage.options;
  const couple = await peopleMeet(stage);
  for (const pattern of patterns) await payInPattern(couple, stage, pattern);
  if (!whole) return;
  for (const chapter of KEY_CHAPTERS) await chapter(couple, stage);
}
