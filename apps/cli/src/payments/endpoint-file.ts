import type { PublicStorage, SessionStorage } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import type { HostPort } from './host-port.ts';
import { formatNoiseEndpoint, isNoiseEndpoint } from './noise-endpoint.ts';
import { endpointPath } from './payment-method.ts';

/** More than any endpoint has, static ones such as invoices included. Inclusive. */
const MAXIMUM_BYTES = 32_768;
/** Taking an endpoint back must not keep anybody waiting who ends a program. */
const WITHDRAW_TIMEOUT_MS = 3_000;

/** What stands in the directory for a method. `unreadable` is no text, or too long. */
export type PublishedEndpoint = { readonly text: string } | 'unreadable' | undefined;

/**
 * Reads the directory file of a method; `undefined` if there is none, or an empty one, which means the same.
 *
 * @param payee 32 bytes. @throws HomeserverError, DiscoveryError
 * @see P8 §1.2, §1.4
 */
export async function readEndpoint(
  storage: PublicStorage,
  payee: Uint8Array,
  method: string,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<PublishedEndpoint> {
  const path = endpointPath(method);
  const file = await storage.get(payee, path, { ...options, maximumBytes: MAXIMUM_BYTES });
  if (file === undefined || file.bytes.length === 0) return undefined;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.bytes) };
  } catch {
    return 'unreadable';
  }
}

/** What a payee publishes while it listens. */
export interface EndpointDesk {
  /**
   * Publishes the endpoint for every method, or again with another key. One of another kind is never overwritten; neither is,
   * once it was published here, one that another device has put there since.
   *
   * @param noiseKey 32 bytes. @throws CommandFailed, HomeserverError: may be repeated.
   */
  publish(noiseKey: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Takes it back, unless another one stands there by now. @returns The methods of which it is not known. Never rejects. */
  withdraw(): Promise<readonly string[]>;
}

/** The desk of a payee. @param payee 32 bytes. @param place Where payers connect. @see P8 §1.2, §1.7 */
export function createEndpointDesk(
  storage: SessionStorage,
  payee: Uint8Array,
  methods: readonly string[],
  place: HostPort,
): EndpointDesk {
  /** What may stand there of this desk, by method: a write that fails may have been done. */
  const written = new Map<string, Set<string>>();

  /** At first an endpoint of Noise is one of ours, of a run that could not take it back. Another one somebody has put there. */
  async function isFree(method: string, text: string, signal: AbortSignal): Promise<boolean> {
    const found = await readEndpoint(storage, payee, method, { signal });
    if (found === undefined) return true;
    if (found !== 'unreadable' && isNoiseEndpoint(found.text)) {
      const own = written.get(method);
      return own === undefined || (own.has(found.text) && found.text !== text);
    }
    throw new CommandFailed(
      `The method ${method} has another address published already, and it is not overwritten. Name another one with --method.`,
    );
  }

  async function withdrawOne([method, texts]: readonly [string, ReadonlySet<string>]): Promise<boolean> {
    const timeoutMs = WITHDRAW_TIMEOUT_MS;
    try {
      const found = await readEndpoint(storage, payee, method, { timeoutMs });
      // Another device of the identity may have taken its place.
      if (found === undefined || found === 'unreadable' || !texts.has(found.text)) return true;
      await storage.delete(endpointPath(method), { timeoutMs });
      return true;
    } catch {
      return false;
    }
  }

  return {
    async publish(noiseKey, signal) {
      const text = formatNoiseEndpoint({ ...place, noiseKey });
      // Verbatim: readers of 0.8 take the whole body for the endpoint.
      const body = new TextEncoder().encode(text);
      const free: string[] = [];
      for (const method of methods) if (await isFree(method, text, signal)) free.push(method);
      for (const method of free) {
        written.set(method, new Set([...(written.get(method) ?? []), text]));
        await storage.put(endpointPath(method), body, { contentType: 'text/plain', signal });
      }
    },
    async withdraw() {
      const begun = [...written];
      const done = await Promise.all(begun.map(withdrawOne));
      return begun.filter((_, at) => !done[at]).map(([method]) => method);
    },
  };
}
