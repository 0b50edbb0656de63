import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestnet } from '@pubky-paykit/testnet';
import { describe, expect, it } from 'vitest';
import { runExport } from '../../src/identity/export.ts';
import { runImport } from '../../src/identity/import.ts';
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

describe('runPublish', () => {
  it('signs up, publishes file and packet, and is found by somebody else [F1]', async () => {
    await alice.create();
    const { output, error } = await alice.publish();
    expect(error).toBeUndefined();
    expect(output).toMatch(/homeserver +published/);
    expect(output).toMatch(/packet +published/);
    const status = await alice.status();
    expect(status.queue).toMatchObject({ waiting: [], parked: [] });
    expect(status.next).toMatchObject({ action: 'restamp' });

    const { facts } = await bob.discover(await alice.identity());
    expect(facts).toMatchObject({
      outcome: 'found',
      noiseKey: currentIn(status),
      source: 'homeserver',
      state: 'verified',
    });
    expect(facts.ageSeconds).toBeLessThan(60);
  });

  it('does nothing the second time', async () => {
    await alice.create();
    await alice.publish();
    const before = await alice.status();
    expect((await alice.publish()).error).toBeUndefined();
    expect((await alice.status()).keys).toEqual(before.keys);
  });

  it('says what it did not look at where nothing is due, with the homeserver or without', async () => {
    await alice.create();
    await alice.publish();
    const idle = await alice.publish();
    expect(idle.output).toMatch(/homeserver +published before\n +packet +published before\n/);
    expect(idle.told).toContain('what is published was not read again');
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const offline = await alice.publish();
    expect(offline.error).toBeUndefined();
    expect(offline.output).toMatch(/homeserver +published before\n +packet +published before\n/);
    expect(offline.told).toContain('neither the homeserver nor the packet could be checked now');
  });

  it('doubts the key of a homeserver that no relay knows', async () => {
    await alice.create();
    const other = 'tkrq8zmwb8a3m9k15csu3q17qmfgqnp9dskbrg9uq1rydpyxp7qy';
    const { told, error } = await alice.run(runPublish, ['--homeserver', other]);
    expect(told).toContain('check the key given with --homeserver');
    expect(error?.message).toContain(`--homeserver ${other}`);
  });

  it('signs records again when that is due [O3]', async () => {
    await alice.create();
    await alice.publish({ clock: shiftedClock(-10_000) });
    const { next } = await alice.status();
    expect(next?.action).toBe('restamp');
    const clock = shiftedClock(8 * DAY_MS);
    const later = await createTestnet({ clock });
    try {
      const environment = { PAYKIT_RELAYS: later.relay.url, PAYKIT_HOMESERVER: later.homeserver.publicKey };
      const { output, error } = await alice.publish({ clock, environment });
      expect(error).toBeUndefined();
      expect(output).toContain('signed again');
    } finally {
      await later.close();
    }
  });

  it('asks for a homeserver where none is known, and publishes nothing', async () => {
    await alice.create();
    const environment = { PAYKIT_HOMESERVER: undefined };
    const { error } = await alice.publish({ environment });
    expect(error?.message).toContain('--homeserver');
    expect((await alice.status()).keys).toEqual([]);
  });

  it('takes an invite where the homeserver asks for one', async () => {
    await alice.create();
    const { error } = await alice.run(runPublish, ['--invite', 'AAAA-BBBB-CCCC']);
    expect(error).toBeUndefined();
  });

  it('publishes a second device beside the first', async () => {
    await alice.create();
    await alice.publish();
    expect((await alice.run(runPublish, ['--device', 'phone'])).error).toBeUndefined();
    const identity = await alice.identity();
    const first = await bob.discover(identity);
    expect(first.facts.noiseKey).toBe(currentIn(await alice.status()));
    const second = await bob.run(runDiscover, [identity, '--device', 'phone', '--json']);
    expect(JSON.parse(second.output)).toMatchObject({ outcome: 'found', device: 'phone' });
  });
});

describe('a clock that was ahead [O4]', () => {
  /** The key that is dated too late. */
  async function publishedAhead(): Promise<string | undefined> {
    await alice.create();
    await alice.publish();
    const early = await alice.run(runRotate, [], { clock: shiftedClock(30 * DAY_MS) });
    expect(early.error).toBeUndefined();
    return currentIn(await alice.status());
  }

  it('is told, with what to do, and a revocation without a successor works', async () => {
    const ahead = await publishedAhead();
    const { error } = await alice.run(runRotate, []);
    expect(error?.message).toContain('DISCOVERY_CLOCK_BEHIND');
    expect(error?.message).toContain('Set it right.');
    const home = `--home ${folder.inside('alice')}`;
    expect(error?.message).toContain(`\`paykit keys revoke --no-successor ${home}\``);
    expect(error?.message).toContain(`\`paykit keys publish --device NAME ${home}\``);
    expect(currentIn(await alice.status())).toBe(ahead);

    const revoked = await alice.run(runRevoke, ['--no-successor', '--yes']);
    expect(revoked.error).toBeUndefined();
    expect((await bob.discover(await alice.identity())).facts).toMatchObject({ outcome: 'revoked' });
  });

  it('does not keep another device from publishing at once', async () => {
    await publishedAhead();
    expect((await alice.run(runPublish, ['--device', 'phone'])).error).toBeUndefined();
    const found = await bob.run(runDiscover, [await alice.identity(), '--device', 'phone', '--json']);
    expect(JSON.parse(found.output)).toMatchObject({ outcome: 'found', device: 'phone' });
  });
});

describe('an outage while publishing [O5]', () => {
  it('queues everything while both are down, says so, and catches up at the next run', async () => {
    await alice.create();
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const down = await alice.publish();
    expect(down.error?.message).toContain('homeserver and packet');
    expect(down.error?.message).toContain('will be retried at the next run');
    expect(down.error?.message).toContain(`\`paykit keys publish --home ${folder.inside('alice')}\``);
    const status = await alice.status();
    expect(status.keys).toHaveLength(1);
    expect([...status.queue.waiting, ...status.queue.parked]).toHaveLength(2);

    network.testnet.faults.relay.clear();
    network.testnet.faults.homeserver.clear();
    const up = await alice.publish();
    expect(up.error).toBeUndefined();
    const after = await alice.status();
    expect(after.queue).toMatchObject({ waiting: [], parked: [] });
    expect(currentIn(after)).toBe(currentIn(status));
    expect((await bob.discover(await alice.identity())).facts.noiseKey).toBe(currentIn(status));
  });

  it('queues while the homeserver is down, and catches up', async () => {
    await alice.create();
    network.testnet.faults.homeserver.set({ status: 503 });
    const down = await alice.publish();
    expect(down.error?.message).toContain('homeserver');
    expect(down.output).toMatch(/homeserver +1 queued/);
    expect(down.output).toMatch(/packet +1 queued/);
    expect(down.error?.message).toContain('there is no account yet');
    network.testnet.faults.homeserver.clear();
    expect((await alice.publish()).error).toBeUndefined();
  });

  it('publishes the file where only the packet cannot be written', async () => {
    await alice.create();
    await alice.publish();
    const restore = network.testnet.faults.relay.set({ status: 503 }, { only: { method: 'PUT' } });
    const down = await alice.run(runRotate, []);
    expect(down.output).toMatch(/homeserver +published/);
    expect(down.output).toMatch(/packet +\d queued/);
    expect(down.error?.message).toContain('packet');
    restore();
    const up = await alice.publish();
    expect(up.error).toBeUndefined();
    expect(up.output).toMatch(/packet +published/);
  });

  it('publishes the packet where only the homeserver of a known account is down', async () => {
    await alice.create();
    await alice.publish();
    network.testnet.faults.homeserver.set({ refuse: true });
    const down = await alice.run(runRotate, []);
    expect(down.output).toMatch(/packet +published/);
    expect(down.error?.message).toContain('homeserver');
    network.testnet.faults.homeserver.clear();
    expect((await alice.publish()).error).toBeUndefined();
    expect((await alice.status()).queue).toMatchObject({ waiting: [], parked: [] });
  });

  it('gives a new identity a key that its seed alone finds again, though nobody can be asked [F1]', async () => {
    await alice.create();
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const first = await alice.publish();
    expect(first.error?.message).toContain('homeserver and packet');
    expect(first.told).not.toContain('Back up');
    expect((await alice.run(runPublish, ['--device', 'phone'])).error).toBeInstanceOf(Error);
    const down = await alice.status();
    expect(down.keys.map(({ context, status }) => `${context} ${status}`)).toEqual(['default current']);
    const phone = await alice.run(runStatus, ['--device', 'phone', '--json']);
    expect(JSON.parse(phone.output)).toMatchObject({ keys: [{ context: 'phone', status: 'current' }] });

    network.testnet.faults.relay.clear();
    network.testnet.faults.homeserver.clear();
    expect((await alice.publish()).error).toBeUndefined();
    const { output: input } = await alice.run(runExport, ['--stdout']);
    expect((await bob.run(runImport, ['--stdin'], { input })).error).toBeUndefined();
    const second = await bob.publish();
    expect(second.output).toContain('The key that is published is one of this seed');
    expect(currentIn(await bob.status())).toBe(currentIn(down));
  });

  it('never brings a revoked key back where the store was lost, though nobody can be asked [S2.3]', async () => {
    await alice.create();
    await alice.publish();
    expect((await alice.run(runRevoke, ['--no-successor', '--yes'])).error).toBeUndefined();
    await rm(join(folder.inside('alice'), 'store'), { recursive: true });
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const down = await alice.publish();
    expect(down.error?.message).toContain('homeserver and packet');
    expect(down.told).toContain('Back up the folder of this home: the seed alone does not find this key.');
    expect((await alice.publish()).told).not.toContain('Back up');
    expect((await alice.status()).keys).toEqual([
      expect.objectContaining({ context: expect.stringMatching(/^default#[1-9][0-9]{6,}$/) }),
    ]);
  });

  it('does not begin anew where the seed came from elsewhere and nobody can be asked', async () => {
    const { error } = await alice.run(runImport, ['--stdin'], { input: '11'.repeat(32) });
    expect(error).toBeUndefined();
    network.testnet.faults.relay.set({ refuse: true });
    const down = await alice.publish();
    expect(down.error?.message).toContain('DISCOVERY_OWN_KEY_UNKNOWN');
    expect((await alice.status()).keys).toEqual([]);
  });
});
