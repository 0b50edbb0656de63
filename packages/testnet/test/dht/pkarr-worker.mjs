// The unmodified npm package `pkarr`, in a worker of its own: it listens for the end of the process.
import { parentPort, workerData } from 'node:worker_threads';
import Pkarr, { z32 } from 'pkarr';
import { DHT } from 'pkarr/lib/dht.js';
import Relay from 'pkarr/lib/relay.js';
import SignedPacket from 'pkarr/lib/signed_packet.js';

const { relay, bootstrap } = workerData;

/** Its own keeps a file in the home folder. */
const storage = { loadRoutingTable() {}, saveRoutingTable() {} };

/** One for all scenarios: a node that leaves makes the others wait for it. */
const dht = new DHT({ bootstrap, storage });

function signed(seed, text) {
  const keyPair = Pkarr.generateKeyPair(new Uint8Array(32).fill(seed));
  const answers = [{ name: '_hello', type: 'TXT', ttl: 300, data: text }];
  const packet = SignedPacket.fromPacket(keyPair, { id: 0, type: 'response', flags: 0, answers });
  return { keyPair, packet, key: z32.encode(keyPair.publicKey) };
}

let itsRelay;

const textOf = (packet) => packet && String(packet.packet().answers[0]?.data);
const keyOf = (key) => z32.decode(key);

const SCENARIOS = {
  /** Publishes straight into the DHT. */
  async publish({ seed, text }) {
    const { packet, key } = signed(seed, text);
    await dht.put(packet.bep44Args());
    return key;
  },

  /** Resolves straight from the DHT. */
  async resolve({ key }) {
    const found = await dht.get(keyOf(key), { fullLookup: true });
    return textOf(found && SignedPacket.fromBep44Args(found));
  },

  async publishToRelay({ seed, text }) {
    const { packet, key } = signed(seed, text);
    await Pkarr.relayPut(relay, packet);
    return key;
  },

  async resolveFromRelay({ key }) {
    return textOf(await Pkarr.relayGet(relay, keyOf(key)));
  },

  /** Its own relay, over our DHT. */
  async resolveFromItsRelay({ key }) {
    itsRelay ??= Relay.start({ dht });
    return textOf(await Pkarr.relayGet((await itsRelay).address, keyOf(key)));
  },
};

// Its relay says on the console what it does.
console.log = () => {};

parentPort.on('message', async ({ id, name, input }) => {
  try {
    parentPort.postMessage({ id, value: await SCENARIOS[name](input) });
  } catch (error) {
    parentPort.postMessage({ id, failure: String(error?.stack ?? error) });
  }
});
