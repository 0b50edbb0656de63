import type { Actor } from '../actor.ts';
import { requireKey } from '../key-search.ts';
import type { Scenes } from '../scene.ts';

/** Finds the key of somebody of whom nothing but the identity is known. */
export async function discover(
  actor: Actor,
  { whom }: Scenes['discover']['asks'],
): Promise<Scenes['discover']['gives']> {
  await requireKey(actor, whom);
  return {};
}
