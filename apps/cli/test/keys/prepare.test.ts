import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemRandom } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { readHomeSettings } from '../../src/home/home-settings.ts';
import { openHome } from '../../src/home/open-home.ts';
import { isUnpublished } from '../../src/home/published-devices.ts';
import { runCreate } from '../../src/identity/create.ts';
import { runExport } from '../../src/identity/export.ts';
import { runImport } from '../../src/identity/import.ts';
import { runPrepare } from '../../src/keys/prepare.ts';
import { runPublish } from '../../src/keys/publish.ts';
import { runRotate } from '../../src/keys/rotate.ts';
import { runStatus } from '../../src/keys/status.ts';
import { fakeSurroundings, localNetwork, type Ran, temporaryFolder } from '../home/command-run.ts';
import { currentIn, personIn, writings } from './people.ts';

let seed: Buffer;
const folder = temporaryFolder();
const network = localNetwork();
const cold = personIn(folder, network, 'cold');
const online = personIn(folder, network, 'online');
const bob = personIn(folder, network, 'bob');

/** Nobody answers there. */
const OFFLINE = { environment: { PAYKIT_RELAYS: 'http://localhost:1' } };

/** An identity with an account, its seed where there is no network, and a home with a session that may publish keys. */
async function setUp(): Promise<string> {
  const input = Buffer.from(systemRandom.bytes(32)).toString('hex');
  seed = Buffer.from(input, 'hex');
  expect((await cold.run(runImport, ['--stdin'], { input })).error).toBeUndefined();
  // Once, before it goes offline for good.
  const settings = readHomeSettings({ home: folder.inside('cold') }, network.environment, 'keys');
  const home = await openHome(settings, fakeSurroundings().surroundings);
  await home.session();
  await home.close();
  const session = folder.inside('session');
  expect((await cold.run(runExport, ['--session', '--out', session])).error).toBeUndefined();
  const identity = await cold.identity();
  await online.run(runImport, ['--public', identity]);
  expect((await online.run(runImport, ['--session', '--in', session])).error).toBeUndefined();
  return identity;
}

let files = 0;

/** Asks where the network is, signs where the seed is, publishes where the network is. */
async function carry(args: readonly string[] = []): Promise<Ran> {
  files += 1;
  const request = folder.inside(`request-${files}`);
  const signed = folder.inside(`signed-${files}`);
  expect((await online.run(runPrepare, ['--request-out', request, ...args])).error).toBeUndefined();
  expect(
    (await cold.run(runPrepare, ['--in', request, '--out', signed, '--yes'], OFFLINE)).error,
  ).toBeUndefined();
  return online.run(runPublish, ['--prepared', signed]);
}

describe('runPrepare', () => {
  it('notes in the home that signs that the device is not new any more [S2.3]', async () => {
    await cold.create();
    await online.run(runImport, ['--public', await cold.identity()]);
    expect(await isUnpublished(folder.inside('cold'), 'default')).toBe(true);
    const [request, signed] = [folder.inside('request'), folder.inside('signed')];
    expect((await online.run(runPrepare, ['--request-out', request])).error).toBeUndefined();
    const made = await cold.run(runPrepare, ['--in', request, '--out', signed, '--yes'], OFFLINE);
    expect(made.error).toBeUndefined();
    expect(await isUnpublished(folder.inside('cold'), 'default')).toBe(false);
  });

  it('publishes, rotates and revokes from a home that has no secret [O3] [O4]', async () => {
    const identity = await setUp();
    const first = await carry();
    expect(first.error).toBeUndefined();
    expect(first.output).toMatch(/homeserver +published\n +packet +published/);
    const key = currentIn(await online.status());
    const shown = (await online.run(runStatus, [])).output;
    expect(shown).toMatch(/ published \d{4}-[^(]* \([^()]*\)\n/);
    expect(shown).toMatch(/homeserver +not noted: published with --prepared\n +packet +not noted/);
    expect((await bob.discover(identity)).facts).toMatchObject({ outcome: 'found', noiseKey: key });

    expect((await carry(['--action', 'rotate'])).error).toBeUndefined();
    const second = currentIn(await online.status());
    expect(second).not.toBe(key);
    expect((await online.status()).keys.map(({ status }) => status)).toEqual(['former', 'current']);

    expect((await carry(['--key', (key as string).slice(0, 8)])).error).toBeUndefined();
    expect((await online.status()).keys.map(({ status }) => status)).toEqual(['revoked', 'current']);
    expect((await bob.discover(identity)).facts).toMatchObject({ outcome: 'found', noiseKey: second });
  });

  it('names relays as the command line does where none of them answers [F1] [O3]', async () => {
    await setUp();
    const environment = { PAYKIT_RELAYS: 'http://localhost:1,http://localhost:2' };
    const { error } = await online.run(runPrepare, ['--request-out', folder.inside('asked')], {
      environment,
    });
    expect(error?.message).toMatch(/^DISCOVERY_NO_RELAY: .*PAYKIT_RELAYS, or --testnet/);
    const session = ['--session', '--in', folder.inside('session')];
    const imported = await online.run(runImport, session, { environment });
    expect(imported.error?.message).toMatch(/^\w+: .*PAYKIT_RELAYS, or --testnet/);
  });

  it('signs again what is due, and takes everything back [O3] [O4]', async () => {
    const identity = await setUp();
    await carry();
    const [before] = (await online.status()).keys;
    expect((await carry(['--action', 'restamp'])).error).toBeUndefined();
    expect((await online.status()).keys).toMatchObject([{ noiseKey: before?.noiseKey, status: 'current' }]);
    expect((await carry(['--action', 'revoke', '--no-successor'])).error).toBeUndefined();
    expect((await bob.discover(identity)).facts.outcome).toBe('revoked');
    const request = folder.inside('request');
    const nothing = await online.run(runPrepare, ['--request-out', request, '--action', 'retire']);
    expect(nothing.error?.message).toBe('There is nothing to retire.');
  });

  it('leaves no trace of the seed in the home and the files of the machine with the network [S1.1]', async () => {
    await setUp();
    await carry();
    const names = await readdir(folder.path, { recursive: true, withFileTypes: true });
    const outside = names.filter((entry) => entry.isFile() && !join(entry.parentPath).includes('cold'));
    expect(outside.length).toBeGreaterThan(5);
    for (const entry of outside) {
      const content = await readFile(join(entry.parentPath, entry.name));
      expect(content.includes(seed), entry.name).toBe(false);
      for (const text of writings(seed)) expect(content.includes(text), entry.name).toBe(false);
    }
  });

  it('publishes the packet alone without a session, and says so', async () => {
    const identity = await setUp();
    const alone = personIn(folder, network, 'alone');
    await alone.run(runImport, ['--public', identity]);
    const request = folder.inside('request');
    const signed = folder.inside('signed');
    await alone.run(runPrepare, ['--request-out', request]);
    await cold.run(runPrepare, ['--in', request, '--out', signed, '--yes'], OFFLINE);
    const { error, output, told } = await alone.run(runPublish, ['--prepared', signed]);
    expect(error).toBeUndefined();
    expect(output).toMatch(/homeserver +nothing published\n +packet +published/);
    expect(told).toContain('Only the packet is published');
    expect((await bob.discover(identity)).facts).toMatchObject({ outcome: 'found', source: 'relay' });
  });

  it('publishes the same file again after an outage [O5]', async () => {
    await setUp();
    const request = folder.inside('request');
    const signed = folder.inside('signed');
    await online.run(runPrepare, ['--request-out', request]);
    await cold.run(runPrepare, ['--in', request, '--out', signed, '--yes'], OFFLINE);
    network.testnet.faults.relay.set({ status: 503 }, { only: { method: 'PUT' } });
    const down = await online.run(runPublish, ['--prepared', signed]);
    expect(down.error?.message).toContain('again');
    network.testnet.faults.relay.clear();
    expect((await online.run(runPublish, ['--prepared', signed])).error).toBeUndefined();
    expect((await online.run(runPublish, ['--prepared', signed])).error).toBeUndefined();
  });

  it('signs for no other identity, and publishes for no other home', async () => {
    await setUp();
    const other = personIn(folder, network, 'other');
    await other.run(runCreate, ['--sign-up']);
    const request = folder.inside('request');
    await other.run(runPrepare, ['--request-out', request]);
    const foreign = await cold.run(
      runPrepare,
      ['--in', request, '--out', folder.inside('a'), '--yes'],
      OFFLINE,
    );
    expect(foreign.error?.code).toBe('DISCOVERY_COLD_OTHER_IDENTITY');
    const signed = folder.inside('signed');
    await other.run(runPrepare, ['--in', request, '--out', signed, '--yes']);
    const misled = await online.run(runPublish, ['--prepared', signed]);
    expect(misled.error?.message).toContain('another identity');
  });

  it('shows what it signs, and signs nothing after a no', async () => {
    await setUp();
    const request = folder.inside('request');
    await online.run(runPrepare, ['--request-out', request]);
    const dialog = { confirm: async () => false };
    const args = ['--in', request, '--out', folder.inside('signed')];
    const { error, output } = await cold.run(runPrepare, args, { ...OFFLINE, dialog });
    expect(output).toMatch(/Action +publish/);
    expect(output).toMatch(/key +default a new key \(default\)/);
    expect(error?.message).toBe('Nothing was done.');
    expect(await readdir(folder.path)).not.toContain('signed');
  });

  it('signs nothing where nobody can be asked and --yes is not said, and shows what it would be [S1.1] [O4]', async () => {
    await setUp();
    await carry();
    const request = folder.inside('request');
    await online.run(runPrepare, ['--request-out', request, '--action', 'revoke']);
    const args = ['--in', request, '--out', folder.inside('signed')];
    const { error, output } = await cold.run(runPrepare, args, OFFLINE);
    expect(output).toMatch(/Action +revoke/);
    expect(error).toBeInstanceOf(UsageError);
    expect(error?.message).toContain('Nobody can be asked here: say --yes');
    expect(await readdir(folder.path)).not.toContain('signed');
    expect((await cold.run(runPrepare, [...args, '--yes'], OFFLINE)).error).toBeUndefined();
  });

  it('refuses files that are none, never overwrites one, and wants a seed where one is needed', async () => {
    await setUp();
    const request = folder.inside('request');
    await online.run(runPrepare, ['--request-out', request]);
    const again = await online.run(runPrepare, ['--request-out', request]);
    expect(again.error?.message).toContain('not overwritten');
    const args = ['--in', request, '--out', folder.inside('signed'), '--yes'];
    const inHome = await online.run(runPrepare, args);
    expect(inHome.error?.problem).toBe('no secret');
    expect((await online.run(runRotate, [])).error?.problem).toBe('no secret');
    const mixed = await online.run(runPublish, ['--prepared', request]);
    expect(mixed.error?.code).toMatch(/^DISCOVERY_/);
    const missing = await online.run(runPublish, ['--prepared', folder.inside('nothing')]);
    expect(missing.error?.message).toContain('no file');
    expect((await online.run(runPrepare, ['--in', request])).error).toBeInstanceOf(UsageError);
    expect((await online.run(runPrepare, [])).error).toBeInstanceOf(UsageError);
  });
});
