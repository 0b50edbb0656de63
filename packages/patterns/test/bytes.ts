import { hex } from '@pubky-paykit/primitives';

/** Bytes of a hex text. */
export function bytes(text: string): Uint8Array {
  return hex.decode(text);
}

/** 32 equal bytes, as the specification writes its seeds. */
export function filled(value: number): Uint8Array {
  return new Uint8Array(32).fill(value);
}

/** A copy with one bit changed. */
export function flipped(input: Uint8Array, bit: number): Uint8Array {
  const copy = input.slice();
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

/** Code and context of whatever `work` throws; fails if it throws nothing. */
export function thrownBy(work: () => unknown): { code?: string; wireCode?: number; context?: object } {
  try {
    work();
  } catch (error) {
    return error as { code?: string };
  }
  throw new Error('nothing was thrown');
}

/** Code and context of whatever `work` rejects with; fails if it resolves. */
export async function rejectionOf(
  work: Promise<unknown>,
): Promise<{ code?: string; wireCode?: number; context?: object }> {
  try {
    await work;
  } catch (error) {
    return error as { code?: string };
  }
  throw new Error('nothing was rejected');
}
