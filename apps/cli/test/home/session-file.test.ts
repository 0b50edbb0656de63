import { readFile, stat, writeFile } from 'node:fs/promises';
import { Secret, systemRandom } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { createSeal, type Seal } from '../../src/home/seal.ts';
import { createSessionFile } from '../../src/home/session-file.ts';
import { CHEAP, temporaryFolder } from './command-run.ts';

const folder = temporaryFolder();
const owner = new Uint8Array(32).fill(1);
const exported = new TextEncoder().encode('a session that nobody may see');

const sealFor = (passphrase: string): Promise<Seal> =>
  createSeal(
    { kind: 'passphrase', cost: CHEAP, salt: new Uint8Array(16) },
    Secret.copyOf(new TextEncoder().encode(passphrase)),
    systemRandom,
  );

describe('createSessionFile', () => {
  it('gives back what it kept, sealed and for the owner only [S1.1]', async () => {
    const vault = createSessionFile(folder.inside('session.json'), await sealFor('a'));
    expect(await vault.load(owner)).toBeUndefined();
    await vault.save(owner, exported);
    expect(await vault.load(owner)).toEqual(exported);
    expect((await readFile(folder.inside('session.json'))).includes('nobody may see')).toBe(false);
    expect((await stat(folder.inside('session.json'))).mode & 0o777).toBe(0o600);
    await vault.remove(owner);
    await vault.remove(owner);
    expect(await vault.load(owner)).toBeUndefined();
  });

  it('has no session for others, under another seal, or in a damaged file', async () => {
    const path = folder.inside('session.json');
    const vault = createSessionFile(path, await sealFor('a'));
    await vault.save(owner, exported);
    expect(await vault.load(new Uint8Array(32).fill(2))).toBeUndefined();
    expect(await createSessionFile(path, await sealFor('b')).load(owner)).toBeUndefined();
    const whole = await readFile(path);
    for (const broken of [whole.subarray(0, 10), whole.subarray(1), Buffer.alloc(5_000), Buffer.alloc(0)]) {
      await writeFile(path, broken);
      expect(await vault.load(owner)).toBeUndefined();
    }
  });

  it('leaves a session alone that another process has put in the place of the one that was loaded', async () => {
    const path = folder.inside('session.json');
    const seal = await sealFor('a');
    const [one, other] = [createSessionFile(path, seal), createSessionFile(path, seal)];
    const imported = new TextEncoder().encode('a session that was brought from elsewhere');
    await one.save(owner, exported);
    expect(await one.load(owner)).toEqual(exported);
    await other.save(owner, imported);
    await one.save(owner, exported);
    await one.remove(owner);
    expect(await other.load(owner)).toEqual(imported);
    const signedIn = new TextEncoder().encode('a session of a new sign-in');
    await one.save(owner, signedIn);
    expect(await one.load(owner)).toEqual(signedIn);
    await one.remove(owner);
    expect(await other.load(owner)).toBeUndefined();
    await other.save(owner, imported);
    expect(await one.load(owner)).toEqual(imported);
  });
});
