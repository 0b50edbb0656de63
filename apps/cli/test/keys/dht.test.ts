import { describe, expect, it } from 'vitest';
import { runDiscover } from '../../src/keys/discover.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { runRotate } from '../../src/keys/rotate.ts';
import { localNetwork, temporaryFolder } from '../home/command-run.ts';
import { currentIn, personIn } from './people.ts';

const folder = temporaryFolder();
const network = localNetwork();
/** Another network, for its DHT: the relay of the first one does not publish there. */
const other = localNetwork({ dht: { nodes: 5 } });
const alice = personIn(folder, network, 'alice');
const bob = personIn(folder, network, 'bob');

/** As a script would switch it on. */
const withDht = () => ({
  environment: { PAYKIT_DHT: '1', PAYKIT_DHT_BOOTSTRAP: other.testnet.dht?.bootstrap.join(', ') },
});

describe('--dht', () => {
  it('publishes to the DHT, too, and finds there while homeserver and relays are down [O5] [S2.1]', async () => {
    await alice.create();
    const published = await alice.publish(withDht());
    expect(published.error).toBeUndefined();
    expect(published.output).toMatch(/homeserver +published\n +packet +published\n +dht +published\n/);
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const identity = await alice.identity();
    expect((await bob.discover(identity)).facts).toMatchObject({ outcome: 'unreachable' });
    const { facts } = await bob.discover(identity, withDht());
    expect(facts).toMatchObject({
      outcome: 'found',
      source: 'dht',
      noiseKey: currentIn(await alice.status()),
    });
  });

  it('gets what is published already when it is new, and what is revoked and replaced from then on [O4]', async () => {
    await alice.create();
    expect((await alice.publish()).error).toBeUndefined();
    expect((await alice.publish(withDht())).output).toMatch(/ dht +published\n/);
    const nodes = other.testnet.dht?.bootstrap.join(',') ?? '';
    const options = ['--dht', '--dht-bootstrap', nodes];
    const { output: said, error } = await alice.run(runRevoke, [...options, '--yes']);
    expect(error).toBeUndefined();
    expect(said).toMatch(/ dht +published\n/);
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const { output } = await bob.run(runDiscover, [await alice.identity(), '--json', ...options]);
    expect(JSON.parse(output)).toMatchObject({ outcome: 'found', noiseKey: currentIn(await alice.status()) });
  });

  it('[O5] keeps what the DHT has not got in mind, says how to retry, and how where the option is missing', async () => {
    await alice.create();
    expect((await alice.publish(withDht())).error).toBeUndefined();
    const nobody = ['--dht', '--dht-bootstrap', '127.0.0.1:9'];
    const down = await alice.run(runRotate, nobody);
    expect(down.output).toMatch(/ dht +2 queued \(DISCOVERY_OFFLINE\)/);
    expect(down.error?.message).toContain('no node of the DHT answers at 127.0.0.1:9: check --dht-bootstrap');
    const again = `--home ${folder.inside('alice')} ${nobody.join(' ')}`;
    expect(down.error?.message).toContain(`\`paykit keys publish ${again}\``);

    const without = await alice.publish();
    expect(without.output).toMatch(/ dht +2 queued, and not configured in this run\n/);
    expect(without.error?.message).toContain('Not everything is published yet: dht.');
    expect(without.error?.message).toContain('add it, and --dht-bootstrap where it was given');
    expect((await alice.publish()).error).toBeDefined();

    const up = await alice.publish(withDht());
    expect(up.error).toBeUndefined();
    expect(up.output).toMatch(/ dht +published\n/);
    expect((await alice.status()).queue).toMatchObject({ waiting: [], parked: [] });
  });

  it('says of nodes that do not answer that the DHT gave none, and ends', async () => {
    await alice.create();
    const nobody = ['--dht', '--dht-bootstrap', '127.0.0.1:9'];
    const { output } = await bob.run(runDiscover, [await alice.identity(), '--json', ...nobody]);
    expect(JSON.parse(output)).toMatchObject({ failed: [{ source: 'dht' }] });
  });
});
