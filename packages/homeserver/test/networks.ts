import { afterAll } from 'vitest';
import { createTestnet, type Testnet, type TestnetOptions } from '../../testnet/src/index.ts';
import type { NetworkUnderTest } from './worlds.ts';

/** A test network for the tests of one file. */
export async function startTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  const testnet = await createTestnet(options);
  afterAll(() => testnet.close());
  return testnet;
}

/** What of a test network the adapters need. */
export function networkOf(testnet: Testnet, wantsInvite = false): NetworkUnderTest {
  return {
    relay: testnet.relay.url,
    homeserver: testnet.homeserver.publicKey,
    authRelay: testnet.authRelay.url,
    createInvite: wantsInvite ? () => testnet.homeserver.createInvite() : undefined,
  };
}

/** The real network that the environment names, and why there is none. */
export function realNetwork(): NetworkUnderTest | string {
  const {
    PAYKIT_HOMESERVER_RELAY: relay,
    PAYKIT_HOMESERVER_KEY: homeserver,
    PAYKIT_HOMESERVER_AUTH_RELAY: authRelay,
    PAYKIT_HOMESERVER_INVITES: invites,
  } = process.env;
  if (relay === undefined || homeserver === undefined) {
    return 'PAYKIT_HOMESERVER_RELAY and PAYKIT_HOMESERVER_KEY name no real homeserver';
  }
  const left = invites?.split(',');
  const createInvite = async (): Promise<string> => {
    const invite = left?.shift();
    if (invite === undefined) throw new Error('PAYKIT_HOMESERVER_INVITES has too few invites');
    return invite;
  };
  return { relay, homeserver, authRelay, createInvite: left && createInvite };
}
