/** UTF-16 units from here on are halves of characters beyond the first plane, or characters of its end. */
const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** Moves the halves behind the end of the first plane, where UTF-8 has the characters they make. */
function rank(unit: number): number {
  if (unit < SURROGATES) return unit;
  return unit >= AFTER_SURROGATES ? unit - 0x800 : unit + 0x2000;
}

/** Orders texts by their bytes in UTF-8, as the official server lists paths. Negative if `left` comes first. */
export function comparePaths(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const difference = left.charCodeAt(at) - right.charCodeAt(at);
    if (difference !== 0) return rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
  }
  return left.length - right.length;
}

/** The first place in a sorted list whose path is not before `path`. */
export function placeOf(sorted: readonly string[], path: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePaths(sorted[middle] ?? '', path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds a path to a sorted list that does not hold it. */
export function insertPath(sorted: string[], path: string): void {
  const last = sorted.at(-1);
  // What is loaded comes in order.
  if (last === undefined || comparePaths(last, path) < 0) sorted.push(path);
  else sorted.splice(placeOf(sorted, path), 0, path);
}

/** Takes a path from a sorted list that holds it. */
export function removePath(sorted: string[], path: string): void {
  sorted.splice(placeOf(sorted, path), 1);
}
