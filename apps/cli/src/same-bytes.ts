/** Whether both have the same bytes in them; what is not there is the same as nothing else. Not for secrets: it ends early. */
export function sameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;
}
