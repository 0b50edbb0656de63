import { concatBytes } from '@pubky-paykit/primitives';

/** `u32be(length) || body`, written the slow way so that tests do not lean on the code under test. */
export function frame(body: Uint8Array, length = body.length): Uint8Array {
  const header = Uint8Array.of(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff);
  return concatBytes(header, body);
}

/** `length` bytes that differ from their neighbours. */
export function pattern(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (start + at * 7) & 0xff);
}

/** Cuts bytes into pieces of the given sizes, used in turn. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    pieces.push(bytes.slice(offset, offset + size));
    offset += size;
  }
  return pieces;
}

/** Lets everything that can happen without time passing happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** The code a promise is rejected with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as { code?: string }).code ?? `no code: ${error}`;
  }
  return 'no error';
}
