import { concatBytes } from './bytes.ts';
import { PrimitivesError } from './errors.ts';
import type { FetchResponse } from './ports/fetch.ts';

/**
 * The body of a response, read only as far as it is allowed to be long. Where a platform has no streams (React Native),
 * it has the whole body in memory before anybody can look: there a body without an honest `content-length` is refused
 * only afterwards.
 *
 * @param maximumBytes inclusive.
 * @returns A fresh buffer.
 * @throws PRIMITIVES_BODY_TOO_LONG, with the sender told to stop; whatever the connection fails with passes through.
 *
 * @example
 * ```ts
 * import { readBody, systemFetch } from '@pubky-paykit/primitives';
 * const response = await systemFetch('http://localhost:6286/');
 * const page = await readBody(response, 65_536);
 * ```
 */
export async function readBody(response: FetchResponse, maximumBytes: number): Promise<Uint8Array> {
  const tooLong = () => new PrimitivesError('PRIMITIVES_BODY_TOO_LONG', { maximumBytes });
  const reader = response.body?.getReader();
  // Compressed bodies are longer than announced; an announcement alone never allocates anything.
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (announced > maximumBytes) {
    await reader?.cancel();
    throw tooLong();
  }
  if (reader === undefined) {
    const whole = new Uint8Array(await response.arrayBuffer());
    if (whole.length > maximumBytes) throw tooLong();
    return whole;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return concatBytes(...chunks);
    length += value.length;
    if (length > maximumBytes) {
      await reader.cancel();
      throw tooLong();
    }
    chunks.push(value);
  }
}
