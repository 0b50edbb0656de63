import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Where a test network answers.
 *
 * @typedef {object} Addresses
 * @property {string} relay
 * @property {string} homeserver
 * @property {string} publicKey of the homeserver, z-base-32
 */

/**
 * A test network in a process of its own, so that only the client is measured here.
 *
 * @typedef {object} Network
 * @property {Addresses} addresses
 * @property {() => Promise<number>} cpuMs the processor time that its process has taken so far, in milliseconds
 * @property {() => Promise<void>} close
 */

const SCRIPT = fileURLToPath(import.meta.url);

/** @returns {Promise<Network>} */
export async function startNetwork() {
  const child = fork(SCRIPT, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const failed = ended.then(([status]) => {
    throw new Error(`the test network ended with ${status}`);
  });
  // Only waits race with it; nobody may be waiting.
  failed.catch(() => {});
  const answer = async () => (await Promise.race([once(child, 'message'), failed]))[0];
  return {
    addresses: await answer(),
    async cpuMs() {
      child.send('cpu');
      return answer();
    },
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The other end: serves until its parent lets go of it, or is gone. */
async function serve() {
  const { createTestnet } = await import('@pubky-paykit/testnet');
  const { relay, homeserver, close } = await createTestnet();
  process.once('disconnect', close);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
  process.send?.({ relay: relay.url, homeserver: homeserver.url, publicKey: homeserver.publicKey });
}

if (process.argv[1] === SCRIPT) await serve();
