import { hex } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { runDecide } from '../../src/keys/decide.ts';
import { runDiscover } from '../../src/keys/discover.ts';
import { runPeers } from '../../src/keys/peers.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { localNetwork, type Ran, temporaryFolder } from '../home/command-run.ts';
import { damage, idsKeptBy, meet, rot } from './doubts.ts';
import { currentIn, personIn } from './people.ts';

const folder = temporaryFolder();
const network = localNetwork();
const alice = personIn(folder, network, 'alice');
const bob = personIn(folder, network, 'bob');
const bobs = () => ({ folder: folder.inside('bob'), environment: network.environment });

const RIVAL = new Uint8Array(32).fill(9);
const prefixOf = (key: string): string => key.slice(0, 16);

function linesOf({ output, error }: Ran): readonly Readonly<Record<string, unknown>>[] {
  expect(error).toBeUndefined();
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

describe('runPeers', () => {
  it('says that no key is kept, with an empty output for programs', async () => {
    const { output, told, error } = await bob.run(runPeers, ['--json']);
    expect({ output, error }).toEqual({ output: '', error: undefined });
    expect(told).toContain('paykit discover');
  });

  it('shows identity, device, state, key and dates, without network and passphrase [F3]', async () => {
    await alice.create();
    await alice.publish();
    const identity = await alice.identity();
    const key = currentIn(await alice.status()) as string;
    await bob.discover(identity);
    const offline = { environment: { PAYKIT_PASSPHRASE: undefined, PAYKIT_RELAYS: 'http://localhost:1' } };
    const [facts, ...more] = linesOf(await bob.run(runPeers, ['--json'], offline));
    expect(more).toEqual([]);
    expect(facts).toMatchObject({ identity, device: 'default', state: 'verified', revokedKeys: 0 });
    expect(facts).toMatchObject({ keyPrefix: prefixOf(key), lastValidatedMs: expect.any(Number) });
    expect(facts).toMatchObject({ lastUsedMs: expect.any(Number), contact: 'occasional' });
    expect(facts).not.toHaveProperty('rivalPrefix');

    const { output } = await bob.run(runPeers, [], offline);
    expect(output).toContain(`Identity  ${identity}\nDevice    default\nState     verified\n`);
    expect(output).toContain(`Key       ${prefixOf(key)}…\n`);
    expect(output).toMatch(/Validated \d{4}-\d\d-\d\d .*\nUsed {6}\d{4}-/);
    expect(output).not.toContain('Decide');
  });

  it('shows both keys of a conflict, and the command that settles it [S3.3] [F3]', async () => {
    await alice.create();
    const identity = await alice.identity();
    await meet(bobs(), identity, RIVAL);
    await alice.publish();
    const key = currentIn(await alice.status()) as string;
    await bob.discover(identity);
    const [facts] = linesOf(await bob.run(runPeers, ['--json']));
    expect(facts).toMatchObject({ state: 'conflict', keyPrefix: prefixOf(hex.encode(RIVAL)) });
    expect(facts).toMatchObject({ rivalPrefix: prefixOf(key) });
    const { output } = await bob.run(runPeers, []);
    expect(output).toContain(`Rival     ${prefixOf(key)}…\nValidated never\n`);
    const command = `paykit keys decide ${identity} --accept KEY --home ${folder.inside('bob')}`;
    expect(output).toContain(`Decide    \`${command}\`, once`);
  });

  it('shows a key that was revoked, and how to make room for a new one [S2.3]', async () => {
    await alice.create();
    await alice.publish();
    await bob.discover(await alice.identity());
    await alice.run(runRevoke, ['--no-successor', '--yes']);
    await bob.run(runDiscover, [await alice.identity()]);
    const { output } = await bob.run(runPeers, []);
    expect(output).toContain('State     revoked\n');
    expect(output).toContain(
      `Revoked   1 remembered\nDecide    \`paykit keys decide ${await alice.identity()} --forget --home ${folder.inside('bob')}\``,
    );
  });

  it('shows what was looked up and never kept as never used', async () => {
    await alice.create();
    await alice.publish();
    await alice.run(runRevoke, ['--no-successor', '--yes']);
    await bob.discover(await alice.identity());
    const [facts] = linesOf(await bob.run(runPeers, ['--json']));
    expect(facts).toMatchObject({ state: 'unknown', revokedKeys: 1 });
    expect(facts).not.toHaveProperty('lastUsedMs');
    expect((await bob.run(runPeers, [])).output).toContain('State     unknown\nUsed      never\n');
  });

  it('shows no ids of former keys as if they were devices [F3]', async () => {
    await alice.create();
    await alice.publish();
    const identity = await alice.identity();
    const former = `default-${prefixOf(currentIn(await alice.status()) as string)}`;
    expect((await alice.run(runRevoke, ['--yes'])).error).toBeUndefined();
    await bob.discover(identity);
    await bob.run(runDiscover, [identity, '--device', former]);
    expect(await idsKeptBy(bobs())).toContain(former);
    const shown = linesOf(await bob.run(runPeers, ['--json']));
    expect(shown.map(({ device }) => device)).toEqual(['default']);
    expect((await bob.run(runPeers, [])).output.match(/Device/g)).toHaveLength(1);
  });

  it('shows what cannot be read beside what can be, with its code [F3]', async () => {
    await alice.create();
    await alice.publish();
    const carol = personIn(folder, network, 'carol');
    await carol.create();
    await carol.publish();
    for (const person of [alice, carol]) await bob.discover(await person.identity());
    await damage(bobs(), await alice.identity());
    const facts = linesOf(await bob.run(runPeers, ['--json']));
    expect(facts.map(({ state, code }) => [state, code])).toEqual(
      expect.arrayContaining([
        ['unreadable', 'DISCOVERY_CACHED_KEY_DAMAGED'],
        ['verified', undefined],
      ]),
    );
    const { output } = await bob.run(runPeers, []);
    expect(output).toContain('unreadable (DISCOVERY_CACHED_KEY_DAMAGED)');
    expect(output).toContain('--forget-history');
  });

  it('shows all others though one has rotted on the disk, and says how to go on [F3]', async () => {
    await alice.create();
    await alice.publish();
    const carol = personIn(folder, network, 'carol');
    await carol.create();
    await carol.publish();
    const identity = await carol.identity();
    for (const each of [identity, await alice.identity()]) await bob.discover(each);
    const before = linesOf(await bob.run(runPeers, ['--json'])).length;
    await rot(bobs(), identity);
    const listed = await bob.run(runPeers, ['--json']);
    const { error } = listed;
    const others = linesOf({ ...listed, error: undefined });
    expect(others.map((each) => each['identity'])).toEqual([await alice.identity()]);
    expect(error?.message).toMatch(/^STORE_LIST_INCOMPLETE: .*: 1; all others are shown/);
    const advice = `decide ${identity} --device default --forget-history`;
    expect(error?.message).toContain(`\`paykit keys ${advice}`);
    const home = `--home ${folder.inside('bob')}`;
    for (const [command, args] of [
      [runDiscover, [identity]],
      [runDecide, [identity, '--forget', '--yes']],
    ] as const) {
      const { error: refused } = await bob.run(command, args);
      expect(refused?.message).toMatch(/^STORE_CORRUPTED: /);
      expect(refused?.message).toContain(`\`paykit keys ${advice} ${home}\``);
    }
    const args = [identity, '--device', 'default', '--forget-history', '--yes'];
    expect((await bob.run(runDecide, args)).error).toBeUndefined();
    await bob.discover(identity);
    expect(linesOf(await bob.run(runPeers, ['--json']))).toHaveLength(before);
  });
});
