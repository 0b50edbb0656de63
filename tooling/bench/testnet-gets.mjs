import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { zBase32 } from '@pubky-paykit/primitives';
import { signUp } from './account.mjs';
import { refuseFaults, sameBytes } from './candidates/candidate.mjs';
import { startNetwork } from './network.mjs';

/** Enough that the server never waits for the next request. */
const CONNECTIONS = 8;
const FILE_BYTES = 1000;
const FILE = '/pub/bench.example/file';

/**
 * Microseconds for one get, one entry a round.
 *
 * @typedef {object} Gets
 * @property {readonly number[]} wallMicros on the wall, the client on another core
 * @property {readonly number[]} cpuMicros of the server's processor time: of one core that is not shared
 */

/**
 * Has a test network serve the same file over kept connections.
 *
 * @param {number} rounds
 * @param {number} gets in a round
 * @returns {Promise<Gets>}
 */
export async function measureGets(rounds, gets) {
  const network = await startNetwork();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const { publicKey, storage } = await signUp(network.addresses);
    const content = randomFillSync(new Uint8Array(FILE_BYTES));
    await storage.put(FILE, content);
    const headers = { 'pubky-host': zBase32.encode(publicKey) };
    const address = new URL(FILE, network.addresses.homeserver);
    const get = async () => {
      const sent = request(address, { agent, headers }).end();
      const [response] = await once(sent, 'response');
      if (!sameBytes(await buffer(response), content))
        refuseFaults('testnet', [`get is ${response.statusCode}`]);
    };
    const times = { wallMicros: /** @type {number[]} */ ([]), cpuMicros: /** @type {number[]} */ ([]) };
    await repeat(get, gets);
    for (let round = 0; round < rounds; round++) {
      const [cpuBefore, began] = [await network.cpuMs(), performance.now()];
      await repeat(get, gets);
      const [ended, cpuAfter] = [performance.now(), await network.cpuMs()];
      times.wallMicros.push(((ended - began) * 1000) / gets);
      times.cpuMicros.push(((cpuAfter - cpuBefore) * 1000) / gets);
    }
    return times;
  } finally {
    agent.destroy();
    await network.close();
  }
}

/**
 * @param {() => Promise<void>} get
 * @param {number} gets over all connections together
 */
async function repeat(get, gets) {
  let left = gets;
  const getRest = async () => {
    while (left-- > 0) await get();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, getRest));
}
