import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hex, identityPublicKey, Secret, systemRandom, zBase32 } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { encodeKeyFile } from '../../src/home/key-file.ts';
import { createSeal, type Protection } from '../../src/home/seal.ts';
import { runCreate } from '../../src/identity/create.ts';
import { runExport } from '../../src/identity/export.ts';
import { runImport } from '../../src/identity/import.ts';
import { runShow } from '../../src/identity/show.ts';
import { CHEAP, localNetwork, run, temporaryFolder } from '../home/command-run.ts';

const folder = temporaryFolder();
const network = localNetwork();

const SEED = new Uint8Array(32).fill(9);
const IDENTITY = zBase32.encode(identityPublicKey(SEED));
const random = { bytes: (length: number) => new Uint8Array(length).fill(9) };
const home = (name = 'home'): string[] => ['--home', folder.inside(name)];
const NO_PASSPHRASE = { PAYKIT_PASSPHRASE: undefined };

describe('runCreate', () => {
  it('makes an identity whose files nobody else can read [F1]', async () => {
    const { output, error } = await run(runCreate, home(), { random });
    expect(error).toBeUndefined();
    expect(output).toContain(IDENTITY);
    expect((await stat(folder.inside('home'))).mode & 0o777).toBe(0o700);
    expect((await stat(folder.inside('home/identity.json'))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder.inside('home'))).sort()).toEqual(['identity.json', 'published-devices']);
  });

  it('never overwrites an identity, and asks for no passphrase before it says so', async () => {
    await run(runCreate, home());
    const before = await readFile(folder.inside('home/identity.json'));
    const again = await run(runCreate, home(), { dialog: {}, environment: NO_PASSPHRASE });
    expect(again.error?.problem).toBe('identity exists');
    expect(await readFile(folder.inside('home/identity.json'))).toEqual(before);
  });

  it('wants a passphrase, or to be told that none is wanted, of which it warns', async () => {
    const without = await run(runCreate, home(), { environment: NO_PASSPHRASE });
    expect(without.error).toBeInstanceOf(UsageError);
    const told = await run(runCreate, [...home(), '--no-passphrase'], { environment: NO_PASSPHRASE });
    expect(told.error).toBeUndefined();
    expect(told.told).toContain('Warning');
  });

  it('asks twice on a terminal, and writes nothing if the answers differ', async () => {
    const answers = ['one of them', 'the other', 'the same', 'the same'];
    const dialog = { askHidden: async () => new TextEncoder().encode(answers.shift()) };
    const differing = await run(runCreate, home(), { dialog, environment: NO_PASSPHRASE });
    expect(differing.error?.message).toContain('differ');
    expect(await readdir(folder.path)).toEqual([]);
    expect((await run(runCreate, home(), { dialog, environment: NO_PASSPHRASE })).error).toBeUndefined();
  });

  it.each(['a', '1234567', 'zwölfte'])(
    'refuses the short passphrase %j, and writes nothing',
    async (short) => {
      const given = await run(runCreate, home(), { environment: { PAYKIT_PASSPHRASE: short } });
      expect(given.error?.message).toContain('at least 8 characters');
      const dialog = { askHidden: async () => new TextEncoder().encode(short) };
      const typed = await run(runCreate, home(), { dialog, environment: NO_PASSPHRASE });
      expect(typed.error?.message).toContain('at least 8 characters');
      expect(await readdir(folder.path)).toEqual([]);
    },
  );

  it('leaves a home open to the short passphrase that it was made with before', async () => {
    const protection: Protection = { kind: 'passphrase', cost: CHEAP, salt: new Uint8Array(16) };
    const seal = await createSeal(protection, Secret.copyOf(new TextEncoder().encode('a')), systemRandom);
    const header = {
      identity: identityPublicKey(SEED),
      device: 'default',
      origin: 'created',
      protection,
    } as const;
    await mkdir(folder.inside('home'));
    await writeFile(folder.inside('home/identity.json'), encodeKeyFile(header, seal, Secret.copyOf(SEED)));
    const options = { environment: { PAYKIT_PASSPHRASE: 'a' } };
    const { output } = await run(runExport, [...home(), '--stdout'], options);
    expect(output).toBe(`${hex.encode(SEED)}\n`);
  });

  it('names the next command with the options that were given', async () => {
    const { told } = await run(runCreate, [...home(), '--testnet']);
    const next = `\`paykit publish --homeserver KEY --home ${folder.inside('home')} --testnet\``;
    expect(told).toContain(next);
  });

  it('says that the identity is there, and how to go on, where signing up fails', async () => {
    const { PAYKIT_HOMESERVER: homeserver = '' } = network.environment;
    network.testnet.faults.homeserver.set({ refuse: true });
    const options = { environment: { ...network.environment, PAYKIT_HOMESERVER: undefined } };
    const args = [...home(), '--sign-up', '--homeserver', homeserver];
    const { error, output } = await run(runCreate, args, options);
    expect(output).toContain('Identity  ');
    expect(error?.message).toContain('HOMESERVER_OFFLINE: ');
    expect(error?.message).toContain('The identity is made');
    expect(error?.message).toContain(
      `\`paykit publish --home ${folder.inside('home')} --homeserver ${homeserver}\``,
    );
    expect(error?.message).not.toContain('Signed up');
  });

  it('doubts the key of the homeserver where no relay knows it', async () => {
    const options = { environment: network.environment };
    const args = [...home(), '--sign-up', '--homeserver', IDENTITY];
    const { error } = await run(runCreate, args, options);
    expect(error?.message).toContain('HOMESERVER_UNLOCATED: ');
    expect(error?.message).toContain('check the key given with --homeserver');
  });

  it('signs up on the homeserver', async () => {
    const options = { environment: network.environment };
    const { error, output, told } = await run(runCreate, [...home(), '--sign-up'], options);
    expect(error).toBeUndefined();
    expect(output).toContain('Signed up.');
    // The environment names the homeserver, and does so for the next command.
    expect(told).toContain(`Next: \`paykit publish --home ${folder.inside('home')}\` makes it findable.`);
    expect(await readdir(folder.inside('home'))).toContain('session.json');
  });

  it.each([['Phone'], ['a'.repeat(47)], [''], ['default-abababababababab']])(
    'refuses the device %j',
    async (device) => {
      const { error } = await run(runCreate, [...home(), '--device', device]);
      expect(error).toBeInstanceOf(UsageError);
    },
  );
});

describe('runShow', () => {
  it('shows the identity without a passphrase', async () => {
    await run(runCreate, [...home(), '--device', 'phone'], { random });
    const { output } = await run(runShow, [...home(), '--json'], { environment: NO_PASSPHRASE });
    expect(JSON.parse(output)).toEqual({
      identity: IDENTITY,
      device: 'phone',
      seed: 'created',
      encrypted: true,
      home: folder.inside('home'),
    });
    expect((await run(runShow, home())).output).toContain(`pubky://${IDENTITY}`);
  });

  it('says how to get one where there is none', async () => {
    const { error } = await run(runShow, home());
    expect(error?.problem).toBe('no identity');
    expect(error?.message).toContain(`\`paykit identity create --home ${folder.inside('home')}\``);
  });
});

describe('runExport', () => {
  it.each([
    ['hex', hex.encode(SEED)],
    ['z32', zBase32.encode(SEED)],
  ])('hands the seed out as %s, for the owner only, never over another file', async (format, text) => {
    await run(runCreate, home(), { random });
    const args = [...home(), '--format', format, '--out', folder.inside('seed')];
    const { error, all } = await run(runExport, args);
    expect(error).toBeUndefined();
    expect(all).not.toContain(text);
    expect(await readFile(folder.inside('seed'), 'utf8')).toBe(`${text}\n`);
    expect((await stat(folder.inside('seed'))).mode & 0o777).toBe(0o600);
    expect((await run(runExport, args)).error?.message).toContain('not overwritten');
  });

  it('hands the seed to the output only by name', async () => {
    await run(runCreate, home(), { random });
    expect((await run(runExport, home())).error).toBeInstanceOf(UsageError);
    expect((await run(runExport, [...home(), '--stdout'])).output).toBe(`${hex.encode(SEED)}\n`);
  });

  it('hands out the public identity without a passphrase', async () => {
    await run(runCreate, home(), { random });
    const { output } = await run(runExport, [...home(), '--public'], { environment: NO_PASSPHRASE });
    expect(output).toBe(`${IDENTITY}\n`);
  });

  it('refuses another passphrase, and asks for one where somebody can answer', async () => {
    await run(runCreate, home(), { random });
    const args = [...home(), '--stdout'];
    const wrong = await run(runExport, args, { environment: { PAYKIT_PASSPHRASE: 'incorrect' } });
    expect(wrong.error?.problem).toBe('wrong passphrase');
    const nobody = await run(runExport, args, { environment: NO_PASSPHRASE });
    expect(nobody.error?.problem).toBe('passphrase missing');
    const dialog = { askHidden: async () => new TextEncoder().encode('correct horse') };
    expect((await run(runExport, args, { environment: NO_PASSPHRASE, dialog })).error).toBeUndefined();
  });

  it('takes the passphrase from a file, without the end of its line', async () => {
    await run(runCreate, home(), { random });
    await writeFile(folder.inside('passphrase'), 'correct horse\n');
    const args = [...home(), '--stdout', '--passphrase-file', folder.inside('passphrase')];
    expect((await run(runExport, args, { environment: NO_PASSPHRASE })).error).toBeUndefined();
    const other = { PAYKIT_PASSPHRASE: 'incorrect' };
    expect((await run(runExport, args, { environment: other })).error).toBeUndefined();
    const missing = [...home(), '--stdout', '--passphrase-file', folder.inside('nothing')];
    expect((await run(runExport, missing)).error?.message).toMatch(/no passphrase file .*--passphrase-file/);
    await writeFile(folder.inside('passphrase'), 'a'.repeat(2_000));
    expect((await run(runExport, args)).error?.message).toContain('too long');
  });
});

describe('runImport', () => {
  it.each([hex.encode(SEED), `${zBase32.encode(SEED)}\n`])('takes a seed from the input', async (input) => {
    const { error, output, told, all } = await run(runImport, [...home(), '--stdin'], { input });
    expect(error).toBeUndefined();
    expect(output).toContain(IDENTITY);
    expect(told).toContain(`Next: \`paykit publish --home ${folder.inside('home')}\``);
    expect(all).not.toContain(input.trim());
  });

  it('takes a seed from a file, and gives it back as it was', async () => {
    await writeFile(folder.inside('seed'), hex.encode(SEED));
    await run(runImport, [...home(), '--in', folder.inside('seed')]);
    expect((await run(runExport, [...home(), '--stdout'])).output).toBe(`${hex.encode(SEED)}\n`);
    const { output } = await run(runShow, [...home(), '--json']);
    expect(JSON.parse(output)).toMatchObject({ seed: 'imported' });
  });

  it('says where to look if there is no such file, and does not overwrite one [Q4]', async () => {
    const missing = await run(runImport, [...home(), '--in', folder.inside('nothing')]);
    expect(missing.error?.message).toMatch(/^There is no file \/.*\/nothing\. Check the path behind --in\.$/);
    await run(runCreate, home());
    await writeFile(folder.inside('seed'), 'mine');
    const there = await run(runExport, [...home(), '--out', folder.inside('seed')]);
    expect(there.error?.message).toMatch(/is not overwritten\. Name another one with --out\.$/);
    expect(await readFile(folder.inside('seed'), 'utf8')).toBe('mine');
  });

  it('never takes a seed as an argument, and does not repeat it [S1.1]', async () => {
    const { error, all } = await run(runImport, [...home(), hex.encode(SEED)]);
    expect(error).toBeInstanceOf(UsageError);
    expect(all).not.toContain(hex.encode(SEED));
  });

  it('refuses what is no seed without repeating it [S1.1]', async () => {
    const input = `${hex.encode(SEED)}00`;
    const { error, all } = await run(runImport, [...home(), '--stdin'], { input });
    expect(error?.message).toContain('no seed');
    expect(all).not.toContain(hex.encode(SEED));
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('makes a home without a seed, which cannot hand one out', async () => {
    const made = await run(runImport, [...home(), '--public', IDENTITY]);
    expect(made.error).toBeUndefined();
    expect(made.told).toContain(`keys prepare --request-out FILE --home ${folder.inside('home')}\``);
    expect((await run(runExport, [...home(), '--stdout'])).error?.problem).toBe('no seed');
    expect((await run(runExport, [...home(), '--public'])).output).toBe(`${IDENTITY}\n`);
  });

  it('takes in a session that may publish keys and nothing else, and only that of its identity', async () => {
    const { environment } = network;
    await run(runCreate, [...home('cold'), '--sign-up'], { environment });
    const session = folder.inside('session');
    const out = await run(runExport, [...home('cold'), '--session', '--out', session], { environment });
    expect(out.error).toBeUndefined();
    const key = (await run(runExport, [...home('cold'), '--public'])).output.trim();
    await run(runImport, [...home('online'), '--public', key]);
    const taken = await run(runImport, [...home('online'), '--session', '--in', session], { environment });
    expect(taken.error).toBeUndefined();
    expect(taken.told).toContain('Next: `paykit keys prepare --request-out FILE ');
    expect(taken.all).not.toContain((await readFile(session, 'utf8')).split(':')[1]);
    expect(await readdir(folder.inside('online'))).toContain('session.json');

    await run(runCreate, home('other'));
    const other = await run(runImport, [...home('other'), '--session', '--in', session], { environment });
    expect(other.error?.message).toContain('another identity');
    expect(await readdir(folder.inside('other'))).not.toContain('session.json');
  });

  it('says where a session cannot be had or checked because the test network does not run [F3]', async () => {
    const { environment } = network;
    await run(runCreate, [...home('cold'), '--sign-up'], { environment });
    const session = folder.inside('session');
    await run(runExport, [...home('cold'), '--session', '--out', session], { environment });
    const hint = '`paykit testnet --fixed-ports`';
    const out = await run(runExport, [...home('cold'), '--testnet', '--session', '--stdout']);
    expect(out.error?.message).toContain(hint);
    const taken = await run(runImport, [...home('cold'), '--testnet', '--session', '--in', session]);
    expect(taken.error?.message).toContain(hint);
  });
});
