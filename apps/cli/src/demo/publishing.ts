import type { OwnKeys } from 'pubky-paykit';

/**
 * Publishes all that is queued, and makes sure of it: the story must not go on as if others could see what they cannot.
 *
 * @throws Error naming the target that has refused, or could not be reached.
 */
export async function publishAll({ queue }: OwnKeys): Promise<void> {
  const { waiting, parked } = await queue.flush();
  const [unpublished] = [...waiting, ...parked];
  if (unpublished === undefined) return;
  const { target, publication, code } = unpublished;
  throw new Error(`the ${target} has not taken the ${publication}: ${code ?? 'not tried yet'}`);
}

/**
 * Publishes all that is queued, and makes sure that what stands under the name of the device itself is out: it is what
 * everybody looks up. What else is said of a revoked key, under the name of the key, may come later.
 *
 * @throws Error naming the target that does not have it.
 */
export async function publishDevice({ queue, keeper }: OwnKeys): Promise<void> {
  await queue.flush();
  const targets = await queue.progress(keeper.device);
  const behind = targets.find(({ waiting, parked }) => waiting || parked);
  if (behind !== undefined) throw new Error(`the ${behind.target} has not taken the last word on the key`);
}
