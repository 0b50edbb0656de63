// One peer of the DHT that is npm's `pkarr` and nothing of ours: publishes a packet, looks another one up, prints it, and
// answers others until its input ends.
// Arguments: bootstrap as host:port, seed in hex, timestamp, text, key to look up in hex.
import DHT from 'pkarr/lib/dht.js';
import SignedPacket from 'pkarr/lib/signed_packet.js';
import * as tools from 'pkarr/lib/tools.js';

const [bootstrap, seed, timestamp, text, wanted] = process.argv.slice(2);
const [host, port] = bootstrap.split(':');
const keyPair = tools.generateKeyPair(Buffer.from(seed, 'hex'));
// No storage: otherwise it writes its routing table to the home folder.
const storage = { loadRoutingTable() {}, saveRoutingTable() {} };
const dht = new DHT({ bootstrap: [{ host, port: Number(port) }], storage });
const packet = {
  id: 0,
  type: 'response',
  flags: 0,
  answers: [{ name: '_noise.phone', type: 'TXT', ttl: 300, data: text }],
};
await dht.put(SignedPacket.fromPacket(keyPair, packet, { timestamp: Number(timestamp) }).bep44Args());
const found = await dht.get(Buffer.from(wanted, 'hex'), { fullLookup: true });
const answer = found === null ? null : Buffer.from(SignedPacket.fromBep44Args(found).bytes()).toString('hex');
process.stdout.write(`${JSON.stringify(answer)}\n`);
for await (const _ of process.stdin);
await dht.destroy();
process.exit(0);
