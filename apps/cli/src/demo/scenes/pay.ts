import { type Actor, personOf } from '../actor.ts';
import { DEMO_PATTERNS } from '../patterns.ts';
import { createPayerSide } from '../payer-side.ts';
import type { Scenes } from '../scene.ts';

/** Pays once, as the pattern says. */
export async function pay(
  actor: Actor,
  { pattern, cached, ...dial }: Scenes['pay']['asks'],
): Promise<Scenes['pay']['gives']> {
  const keys = await personOf(actor).openKeys('current');
  try {
    return await DEMO_PATTERNS[pattern].pay(createPayerSide(actor, dial, { keys, cached }));
  } finally {
    keys.destroy();
  }
}
