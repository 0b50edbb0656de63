import { answerAlone, runAlone } from './alone.mjs';
import { CLOCKS } from './measure.mjs';

/**
 * One start of a test network, in milliseconds.
 *
 * @typedef {object} Start
 * @property {number} importMs
 * @property {number} startMs
 * @property {number} startCpuMs
 * @property {number} status of the relay's answer to who asks for the homeserver
 */

/** @typedef {import('@pubky-paykit/testnet').TestnetOptions} TestnetOptions */

/**
 * @param {TestnetOptions} options
 * @returns {Start} in a fresh process
 */
export function startTestnet(options) {
  return runAlone(import.meta.url, [JSON.stringify(options)]);
}

/**
 * @param {TestnetOptions} options
 * @returns {Promise<Start>}
 */
async function startHere(options) {
  const began = CLOCKS.wall();
  const { createTestnet } = await import('@pubky-paykit/testnet');
  const [imported, cpuBefore] = [CLOCKS.wall(), CLOCKS.cpu()];
  const testnet = await createTestnet(options);
  const [started, cpuAfter] = [CLOCKS.wall(), CLOCKS.cpu()];
  const { status } = await fetch(`${testnet.relay.url}/${testnet.homeserver.publicKey}`);
  await testnet.close();
  return {
    importMs: imported - began,
    startMs: started - imported,
    startCpuMs: cpuAfter - cpuBefore,
    status,
  };
}

await answerAlone(import.meta.url, (options = '{}') => startHere(JSON.parse(options)));
