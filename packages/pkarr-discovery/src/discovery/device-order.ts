import { DEFAULT_DEVICE } from '../constants.ts';
import { isFormerDevice } from '../lifecycle/former-device.ts';

/** `default` first, the others in the order of their characters. */
export function compareDevices(left: string, right: string): number {
  if (left === right) return 0;
  if (left === DEFAULT_DEVICE || right === DEFAULT_DEVICE) return left === DEFAULT_DEVICE ? -1 : 1;
  return left < right ? -1 : 1;
}

/**
 * The order in which devices are looked up of which not all may be: those that several sources name before those of one
 * alone, and of these one of each source in turn. So no source can crowd out what another one has, however many it names.
 *
 * @param lists The devices that each source names. Their order does not matter.
 */
function fairOrder(lists: readonly (readonly string[])[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const list of lists) for (const device of list) counts.set(device, (counts.get(device) ?? 0) + 1);
  const all = [...counts.keys()].sort(compareDevices);
  const isShared = (device: string): boolean => device === DEFAULT_DEVICE || (counts.get(device) ?? 0) > 1;
  const alone = lists.map((list) => list.filter((device) => !isShared(device)).sort(compareDevices));
  const turns = Math.max(0, ...alone.map(({ length }) => length));
  const inTurn = Array.from({ length: turns }, (_, turn) =>
    alone.flatMap((list) => list.slice(turn, turn + 1)),
  );
  return [...all.filter(isShared), ...inTurn.flat()];
}

/**
 * The devices of an identity in the order in which they are looked up: `default` first, then as {@link fairOrder} says. Former
 * keys are taken for a while, but must not keep current ones from being looked up: they come last.
 *
 * @param lists The devices that each source names, each once.
 */
export function lookUpOrder(lists: readonly (readonly string[])[]): readonly string[] {
  const parts = [(device: string) => !isFormerDevice(device), isFormerDevice];
  return parts.flatMap((isPart) => fairOrder(lists.map((list) => list.filter(isPart))));
}
