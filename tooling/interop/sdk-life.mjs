#!/usr/bin/env node
// One account from sign-up to sign-out, through the unmodified SDK, on the homeserver that the environment names.
import assert from 'node:assert/strict';
import process from 'node:process';

const USAGE = `Usage: node tooling/interop/sdk-life.mjs

PAYKIT_HOMESERVER_RELAY  address of a pkarr relay, such as http://localhost:15411
PAYKIT_HOMESERVER_KEY    z-base-32 key of the homeserver to sign up with
PAYKIT_HOMESERVER_INVITE invite, where the homeserver asks for one

Ends with 0 when every step has done what it should.`;

/** The SDK waits for ever for a server that does not answer. */
const TIMEOUT_MS = 60_000;
const PATH = '/pub/sdk-life.test/greeting.txt';
const TEXT = 'hello, homeserver';

/**
 * @param {string} relay
 * @param {string} homeserver
 * @param {string | undefined} invite
 */
async function live(relay, homeserver, invite) {
  const { Client, Keypair, Pubky, PublicKey } = await import('@synonymdev/pubky');
  const pubky = Pubky.withClient(new Client({ pkarr: { relays: [relay] } }));
  const signer = pubky.signer(Keypair.random());
  const address = /** @type {const} */ (`pubky://${signer.publicKey.z32()}${PATH}`);
  const session = await step('sign-up', () => signer.signup(PublicKey.from(homeserver), invite ?? null));
  await step('put', () => session.storage.putText(PATH, TEXT));
  const text = await step('get, as anybody', () => pubky.publicStorage.getText(address));
  assert.equal(text, TEXT);
  const stats = await step('stats', () => pubky.publicStorage.stats(address));
  assert.equal(stats?.contentLength, TEXT.length);
  const files = await step('list', () => session.storage.list('/pub/sdk-life.test/'));
  assert.deepEqual(files, [address]);
  await step('delete', () => session.storage.delete(PATH));
  assert.equal(await step('exists', () => pubky.publicStorage.exists(address)), false);
  await step('sign-out', () => session.signout());
  const again = await step('sign-in', () => signer.signin());
  await step('sign-out', () => again.signout());
}

/**
 * @template Result
 * @param {string} name
 * @param {() => Promise<Result>} work
 */
async function step(name, work) {
  const began = performance.now();
  const result = await work();
  console.log(`${name.padEnd(16)} ${(performance.now() - began).toFixed(1).padStart(7)} ms`);
  return result;
}

const { PAYKIT_HOMESERVER_RELAY: relay, PAYKIT_HOMESERVER_KEY: homeserver } = process.env;
if (relay === undefined || homeserver === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const timer = setTimeout(() => {
    console.error(`failed: no end after ${TIMEOUT_MS} ms`);
    process.exit(1);
  }, TIMEOUT_MS);
  try {
    await live(relay, homeserver, process.env['PAYKIT_HOMESERVER_INVITE']);
  } catch (error) {
    console.error(`failed: ${error instanceof Error ? error.stack : error}`);
    process.exitCode = 1;
  } finally {
    clearTimeout(timer);
  }
}
