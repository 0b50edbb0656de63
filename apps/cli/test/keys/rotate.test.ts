import { createTestnet } from '@pubky-paykit/testnet';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { runDiscover } from '../../src/keys/discover.ts';
import { runPublish } from '../../src/keys/publish.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { runRotate } from '../../src/keys/rotate.ts';
import { runStatus } from '../../src/keys/status.ts';
import { localNetwork, temporaryFolder } from '../home/command-run.ts';
import { currentIn, personIn, shiftedClock } from './people.ts';

const DAY_MS = 86_400_000;
const folder = temporaryFolder();
const network = localNetwork();
const alice = personIn(folder, network, 'alice');
const bob = personIn(folder, network, 'bob');

describe('runRotate', () => {
  it('replaces the key, says when the former one retires, and is found with the new one [O3]', async () => {
    await alice.create();
    await alice.publish();
    const before = currentIn(await alice.status());
    const { output, error } = await alice.run(runRotate, []);
    expect(error).toBeUndefined();
    const status = await alice.status();
    const now = currentIn(status);
    expect(now).not.toBe(before);
    expect(output).toContain(now);
    expect(output).toContain(before);
    expect(output).toMatch(/taken for 7 days .* retired .* at the earliest/);
    expect(status.next).toMatchObject({ action: 'restamp' });
    expect(status.keys.map((key) => key.status)).toEqual(['former', 'current']);
    expect(status.keys[0]?.supersededAtMs).toBeDefined();
    expect((await bob.discover(await alice.identity())).facts.noiseKey).toBe(now);
  });

  it('ends well however often it is done, says which former keys are answered, and all are found [O3] [F1]', async () => {
    await alice.create();
    await alice.publish();
    const identity = await alice.identity();
    await alice.run(runRotate, []);
    const ran = [await alice.run(runRotate, []), await alice.run(runRotate, [])];
    for (const { error, output, told } of ran) {
      expect(error).toBeUndefined();
      expect(output).toContain('The new key is published (homeserver, packet).\n');
      expect(told).toContain('A former key had no room in: packet. The file on the homeserver is enough');
    }
    const { keys, queue } = await alice.status();
    expect(queue).toMatchObject({ waiting: [], parked: [] });
    expect(keys.map(({ status, answered }) => `${status} ${answered}`)).toEqual([
      'former false',
      'former true',
      'former true',
      'current true',
    ]);
    const [oldest, second, newest] = keys.map(({ noiseKey }) => noiseKey);
    const { output = '' } = ran[1] ?? {};
    expect(output).toMatch(
      new RegExp(`${newest}\\n  taken for 7 days .*\\n.*${second}\\n  taken for 7 days`),
    );
    expect(output).toMatch(new RegExp(`${oldest}\\n  not answered any more: only the two newest`));
    const shown = (await alice.run(runStatus, [])).output;
    expect(shown).toMatch(new RegExp(`former    ${oldest}\\n(?:    .*\\n)+?    not answered any more\\n`));
    expect(shown.match(/not answered any more/g)).toHaveLength(1);
    for (const noiseKey of [oldest, second, newest] as string[]) {
      const device = `default-${noiseKey.slice(0, 16)}`;
      const found = await bob.run(runDiscover, [identity, '--device', device, '--json']);
      expect(JSON.parse(found.output)).toMatchObject({ outcome: 'found', source: 'homeserver', noiseKey });
    }
    expect((await alice.publish()).error).toBeUndefined();
  });

  it('says of what has no room where it is and where not, and never that it is everywhere [O4] [S2.3]', async () => {
    await alice.create();
    await alice.publish();
    for (let round = 0; round < 3; round++) await alice.run(runRotate, []);
    const { output, error } = await alice.run(runRevoke, ['--yes']);
    expect(output).toContain('The new key is published (homeserver; not: packet).\n');
    expect(error?.message).toContain('the packet is full');
    expect(error?.message).not.toContain('Remove a record');
    const shown = (await alice.run(runStatus, [])).output;
    expect(shown).toMatch(/ published .* \(homeserver; not: packet\)\n/);
    expect(shown).toMatch(/ revocation published .* \(homeserver, packet\)\n/);
    expect(shown).toMatch(/packet +revocation signed /);
    expect(`${output}${shown}${error?.message}`).not.toContain('everywhere');
  });

  it('is seen as a rotation by somebody who knew the key before', async () => {
    await alice.create();
    // In the past, for two records of one second would not be told apart.
    await alice.publish({ clock: shiftedClock(-10_000) });
    const identity = await alice.identity();
    expect((await bob.discover(identity)).facts.state).toBe('verified');
    await alice.run(runRotate, []);
    expect((await bob.discover(identity)).facts.state).toBe('rotated');
  });

  it('says how to get a key where there is none', async () => {
    await alice.create();
    const { error } = await alice.run(runRotate, []);
    expect(error?.message).toContain('paykit keys publish');
  });

  it('retires the former key once the overlap is over, though all relays have forgotten it [O3]', async () => {
    const clock = shiftedClock(8 * DAY_MS);
    const later = await createTestnet({ clock });
    try {
      await alice.create();
      await alice.publish();
      await alice.run(runRotate, []);
      const environment = { PAYKIT_RELAYS: later.relay.url, PAYKIT_HOMESERVER: later.homeserver.publicKey };
      // Another network, a week later: what is due does not depend on who has what.
      const { error, output } = await alice.run(runPublish, [], { clock, environment });
      expect(error).toBeUndefined();
      expect(output).toContain('overlap of a former key is over');
      expect((await alice.status()).keys.map((key) => key.status)).toEqual(['retired', 'current']);
    } finally {
      await later.close();
    }
  });
});

describe('runRevoke', () => {
  it('revokes the key for all to see, with a successor [O4]', async () => {
    await alice.create();
    await alice.publish();
    const before = currentIn(await alice.status());
    const { error, output } = await alice.run(runRevoke, ['--all', '--yes']);
    expect(error).toBeUndefined();
    expect(output).toContain(`Revoking  ${before}`);
    const status = await alice.status();
    expect(status.keys.map((key) => key.status)).toEqual(['revoked', 'current']);
    expect((await bob.discover(await alice.identity())).facts).toMatchObject({
      outcome: 'found',
      noiseKey: currentIn(status),
    });
  });

  it('revokes without a successor, which is what others find then [O4]', async () => {
    await alice.create();
    await alice.publish();
    const identity = await alice.identity();
    await bob.discover(identity);
    expect((await alice.run(runRevoke, ['--no-successor', '--yes'])).error).toBeUndefined();
    const { facts, ran } = await bob.discover(identity);
    expect(facts).toMatchObject({ outcome: 'revoked', state: 'revoked', code: 'DISCOVERY_KEY_REVOKED' });
    expect(ran.error?.message).toContain('has revoked its Noise key');
  });

  it('revokes one key by its first digits', async () => {
    await alice.create();
    await alice.publish();
    const former = currentIn(await alice.status()) as string;
    await alice.run(runRotate, []);
    const { error } = await alice.run(runRevoke, ['--key', former.slice(0, 8), '--yes']);
    expect(error).toBeUndefined();
    expect((await alice.status()).keys.map((key) => key.status)).toEqual(['revoked', 'current']);
    const shownBy = `\`paykit keys status --home ${folder.inside('alice')}\``;
    const none = await alice.run(runRevoke, ['--key', 'ffffffffff', '--yes']);
    expect(none.error?.message).toContain(`begins with ffffffffff. ${shownBy}`);
    expect((await alice.run(runRevoke, ['--key', 'x', '--yes'])).error?.message).toContain(shownBy);
    expect((await alice.run(runRevoke, ['--key', 'x', '--yes'])).error).toBeInstanceOf(UsageError);
  });

  it('asks on a terminal, does nothing after a no, and wants --yes in a script', async () => {
    await alice.create();
    await alice.publish();
    expect((await alice.run(runRevoke, [])).error).toBeInstanceOf(UsageError);
    const questions: string[] = [];
    const dialog = {
      confirm: async (question: string) => {
        questions.push(question);
        return questions.length > 1;
      },
    };
    expect((await alice.run(runRevoke, [], { dialog })).error?.message).toBe('Nothing was done.');
    expect((await alice.status()).keys.map((key) => key.status)).toEqual(['current']);
    expect((await alice.run(runRevoke, [], { dialog })).error).toBeUndefined();
    expect((await alice.status()).keys.map((key) => key.status)).toEqual(['revoked', 'current']);
    expect(questions[0]).toContain('1 key(s)');
  });

  it('queues a revocation in an outage, and it is published at the next run [O4] [O5]', async () => {
    await alice.create();
    await alice.publish();
    const identity = await alice.identity();
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const down = await alice.run(runRevoke, ['--no-successor', '--yes']);
    expect(down.error?.message).toContain('retried at the next run');
    network.testnet.faults.relay.clear();
    network.testnet.faults.homeserver.clear();
    expect((await bob.discover(identity)).facts.outcome).toBe('found');
    const retried = await alice.run(runPublish, []);
    expect(retried.error).toBeUndefined();
    expect(retried.told).toContain('--new-key');
    expect((await bob.discover(identity)).facts.outcome).toBe('revoked');
    await alice.run(runPublish, ['--new-key']);
    expect((await bob.discover(identity)).facts.outcome).toBe('found');
  });
});

describe('runStatus', () => {
  it('needs no passphrase and no network, and shows keys, next action and queue', async () => {
    await alice.create();
    const offline = { environment: { PAYKIT_PASSPHRASE: undefined, PAYKIT_RELAYS: 'http://localhost:1' } };
    expect((await alice.run(runStatus, [], offline)).output).toContain('No key yet');
    await alice.publish();
    const { output } = await alice.run(runStatus, [], offline);
    expect(output).toMatch(/current +[0-9a-f]{64}/);
    expect(output).toMatch(/Next +restamp \d{4}-\d\d-\d\d \d\d:\d\d UTC \(in \d+ days\)/);
    expect(output).toContain('nothing waits');
    network.testnet.faults.homeserver.set({ refuse: true });
    await alice.run(runRotate, []);
    expect((await alice.run(runStatus, [], offline)).output).toMatch(/Queue +\d waiting/);
  });
});
