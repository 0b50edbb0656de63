import { zBase32 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { TenantTransport } from '../storage/transport.ts';
import type { SdkEngine } from './sdk-engine.ts';

/** Only browsers follow where we say not to: what came from elsewhere is not believed. */
function wasRedirected(response: object): boolean {
  return 'redirected' in response && response.redirected === true;
}

/**
 * Requests through `client.fetch` of the SDK, which finds the homeserver and names the tenant. Its storage classes are not
 * used: they take no signal, hide headers, and encode the names of a session's paths twice (0.6.0 writes `a b` to `a%20b`).
 */
export function createSdkTransport(engine: SdkEngine): TenantTransport {
  return {
    send(owner, { target, signal, ...init }) {
      const url = `https://_pubky.${zBase32.encode(owner)}${target}`;
      return engine.run(
        'send a request',
        async ({ client }) => {
          const response = await client.fetch(url, { ...init, signal, cache: 'no-store' });
          if (!wasRedirected(response)) return response;
          throw new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'answer', fault: 'redirect' });
        },
        async ({ kind }) => (kind === 'records' ? engine.explainMissing(owner, signal) : undefined),
      );
    },
  };
}
