import { connectPubky, type PubkyNetwork, zBase32 } from 'pubky-paykit';
import { endpointPath } from '../../src/payments/payment-method.ts';
import type { localNetwork } from '../home/command-run.ts';
import type { Person } from './people.ts';

/** The network of the tests, as anybody sees it. */
export function networkOf({ testnet }: ReturnType<typeof localNetwork>): PubkyNetwork {
  return connectPubky({ relays: [testnet.relay.url], plainHttpHosts: ['localhost'] });
}

/** What stands in the directory of somebody; `undefined` if nothing does. */
export async function publishedText(
  { homeserver }: Pick<PubkyNetwork, 'homeserver'>,
  identity: string,
  method = 'lightning',
): Promise<string | undefined> {
  const file = await homeserver.storage.get(zBase32.decode(identity, 32), endpointPath(method));
  return file && new TextDecoder().decode(file.bytes);
}

/** Writes into the directory of somebody, as whoever has power over the homeserver could. */
export function putEndpoint(
  owner: Person,
  content: string | Uint8Array,
  method = 'lightning',
): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return owner.withHome(async (home) =>
    (await home.session({ signUp: false })).storage.put(endpointPath(method), bytes),
  );
}
