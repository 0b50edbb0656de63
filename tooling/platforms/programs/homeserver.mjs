// Talks to a homeserver from a browser: with the unmodified SDK, then both adapters by the contract of the storage port.
import { createFetchHomeserver } from '@pubky-paykit/homeserver/fetch';
import { createSdkHomeserver } from '@pubky-paykit/homeserver/sdk';
import { homeserverContract } from '@pubky-paykit/homeserver/testing';
import { createHomeserverDirectory, createRelay } from '@pubky-paykit/pkarr-discovery';
import { AuthFlowKind, Client, Keypair, Pubky, PublicKey } from '@synonymdev/pubky';
import { createIdentitySigner, Secret, systemRandom, zBase32 } from 'pubky-paykit';

/**
 * @typedef {object} Network
 * @property {string} relay
 * @property {string} homeserver z-base-32
 * @property {string} authRelay
 */

/**
 * Names the step that fails.
 *
 * @template Result
 * @param {string} name
 * @param {() => Promise<Result>} work
 */
async function step(name, work) {
  try {
    return await work();
  } catch (error) {
    throw new Error(`the SDK failed to ${name}: ${error?.message}`);
  }
}

/** @param {boolean} holds @param {string} claim */
function check(holds, claim) {
  if (!holds) throw new Error(`not so: ${claim}`);
}

/** Two people on the unmodified SDK, one of whom signs in by a link as well. @param {Network} network */
async function liveWithTheSdk({ relay, homeserver, authRelay }) {
  const pubky = Pubky.withClient(new Client({ pkarr: { relays: [relay] } }));
  const place = PublicKey.from(homeserver);
  const [alice, bob] = [Keypair.random(), Keypair.random()].map((keypair) => pubky.signer(keypair));
  const ofAlice = await step('sign up', () => alice.signup(place, null));
  const ofBob = await step('sign up another user', () => bob.signup(place, null));
  const addressOf = (signer, path) => `pubky://${signer.publicKey.z32()}${path}`;
  const [fileOfAlice, fileOfBob] = [addressOf(alice, '/pub/sdk.test/a'), addressOf(bob, '/pub/sdk.test/b')];
  await step('put', () => ofAlice.storage.putText('/pub/sdk.test/a', 'of alice'));
  await step('put for another user', () => ofBob.storage.putJson('/pub/sdk.test/b', { of: 'bob' }));
  check(
    (await step('get', () => pubky.publicStorage.getText(fileOfAlice))) === 'of alice',
    'got what was put',
  );
  const json = await step('get from another user', () => pubky.publicStorage.getJson(fileOfBob));
  check(json.of === 'bob', 'got what another user put');
  const files = await step('list', () => ofAlice.storage.list('/pub/sdk.test/'));
  check(files.length === 1 && files[0] === fileOfAlice, 'listed what was put');
  const stats = await step('stat', () => ofAlice.storage.stats('/pub/sdk.test/a'));
  check(stats.contentLength === 'of alice'.length, 'told the length');
  const flow = pubky.startAuthFlow('/pub/sdk.test/:rw', AuthFlowKind.signin(), authRelay);
  const link = flow.authorizationUrl;
  const [byLink] = await Promise.all([
    step('await an approval', () => flow.awaitApproval()),
    step('approve', () => alice.approveAuthRequest(link)),
  ]);
  check(byLink.info.publicKey.z32() === alice.publicKey.z32(), 'signed in by the link');
  await step('delete', () => byLink.storage.delete('/pub/sdk.test/a'));
  check(!(await step('ask', () => pubky.publicStorage.exists(fileOfAlice))), 'deleted');
  await step('sign out', () => ofBob.signout());
  const again = await step('sign in', () => bob.signin());
  check(again.info.publicKey.z32() === bob.publicKey.z32(), 'signed in');
  return 'done';
}

/**
 * Runs the contract one case after the other.
 *
 * @param {Parameters<typeof homeserverContract>[0]} world
 */
async function keepTheContract(world) {
  const counts = { passed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
  for (const { name, skip, run } of homeserverContract(world)) {
    if (skip !== undefined) counts.skipped += 1;
    else {
      await run().then(
        () => {
          counts.passed += 1;
        },
        (error) => counts.failures.push(`${name}: ${error?.code ?? ''} ${error?.message}`),
      );
    }
  }
  return counts;
}

/** @param {string} data a {@link Network} as JSON */
globalThis.runEverything = async (data) => {
  const network = JSON.parse(data);
  const { relay, homeserver, authRelay } = network;
  const place = {
    signUpOptions: async () => ({ homeserver: zBase32.decode(homeserver, 32) }),
    wantsInvite: false,
    inPage: true,
    authRelay,
  };
  const pageFetch = globalThis.fetch;
  const sdk = await liveWithTheSdk(network);
  const store = createRelay({ url: relay });
  const overFetch = await keepTheContract({
    ...place,
    homeserver: createFetchHomeserver({
      directory: createHomeserverDirectory({ store, plainHttpHosts: ['localhost'] }),
    }),
    newPerson() {
      const identity = createIdentitySigner(systemRandom.bytes(32));
      return { identity, publicKey: identity.publicKey };
    },
  });
  const overSdk = await keepTheContract({
    ...place,
    homeserver: createSdkHomeserver({ relays: [relay] }),
    newPerson() {
      const seed = systemRandom.bytes(32);
      const { publicKey } = createIdentitySigner(seed);
      return { identity: Secret.take(seed), publicKey };
    },
  });
  return { sdk, overFetch, overSdk, fetchUntouched: globalThis.fetch === pageFetch };
};
