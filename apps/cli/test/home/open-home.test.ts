import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { type Clock, deriveNoiseKeyPair, hex, systemClock } from 'pubky-paykit';
import { openLevelStore } from 'pubky-paykit/node';
import { describe, expect, it } from 'vitest';
import { type HomeSettings, readHomeSettings } from '../../src/home/home-settings.ts';
import { type Home, openHome, requireSecret } from '../../src/home/open-home.ts';
import { runCreate } from '../../src/identity/create.ts';
import { fakeSurroundings, localNetwork, type RunOptions, run, temporaryFolder } from './command-run.ts';

const folder = temporaryFolder();
const network = localNetwork();
const SEED = new Uint8Array(32).fill(9);
const random = { bytes: (length: number) => new Uint8Array(length).fill(9) };

/** A hundred times as fast as everybody else's. */
const HURRIED: Clock = {
  now: () => systemClock.now() * 100,
  schedule: (delayMs, callback) => systemClock.schedule(delayMs / 100, callback),
};

const settings = (): HomeSettings =>
  readHomeSettings({ home: folder.inside('home') }, network.environment, 'keys');
const create = (options: RunOptions = {}) => run(runCreate, ['--home', folder.inside('home')], options);

async function withHome<Result>(work: (home: Home) => Promise<Result>): Promise<Result> {
  const home = await openHome(settings(), fakeSurroundings().surroundings);
  try {
    return await work(home);
  } finally {
    await home.close();
  }
}

describe('openHome', () => {
  it('gives identity, keys, store and network, and takes them away when it is closed', async () => {
    await create({ random });
    const home = await openHome(settings(), fakeSurroundings().surroundings);
    const { signer, derive, noiseKey, seed } = requireSecret(home);
    expect(home.identity).toEqual(signer.publicKey);
    const pair = noiseKey('default');
    const same = deriveNoiseKeyPair(SEED, 'default');
    expect(pair.publicKey).toEqual(same.publicKey);
    expect((await derive('default')).publicKey).toEqual(same.publicKey);
    await home.store.commit([{ type: 'put', key: 'a', value: new Uint8Array(1) }]);
    await home.close();
    await home.close();
    expect(seed.destroyed).toBe(true);
    await expect(signer.sign(new Uint8Array(1))).rejects.toMatchObject({ code: 'PATTERNS_SIGNER_DESTROYED' });
    await expect(home.store.get('a')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  it('shows no secret to whoever prints it [S1.1]', async () => {
    await create({ random });
    await withHome(async (home) => {
      const shown = `${inspect(home, { depth: 12, showHidden: true })}${JSON.stringify({ ...home, store: undefined, network: undefined })}`;
      expect(shown).not.toContain(hex.encode(SEED));
      expect(shown).not.toMatch(/(\b9, ){16}|(09 ){16}/);
    });
  });

  it('lets several work in it at the same time', async () => {
    await create();
    await withHome(async (one) => {
      await withHome(async (other) => {
        const version = await one.store.commit([{ type: 'put', key: 'a', value: new Uint8Array(1) }]);
        expect((await other.store.get('a'))?.version).toBe(version);
      });
    });
  });

  it('says what to do where another program keeps the store to itself', async () => {
    await create();
    const holder = await openLevelStore({ location: folder.inside('home/store') });
    const { surroundings } = fakeSurroundings({ clock: HURRIED });
    const refused = await openHome(settings(), surroundings).catch((error: Error) => error);
    expect(refused).toMatchObject({ problem: 'locked' });
    expect((refused as Error).message).toContain('End it, then try again');
    await holder.close();
    await withHome(async () => {});
  });

  it.each([
    [/^MANIFEST-/, 'STORE_IO_FAILED, LEVEL_IO_ERROR'],
    [/^CURRENT$/, 'STORE_CORRUPTED'],
  ])('names the folder of a store without %s, and what helps, which does [F1]', async (lost, code) => {
    await create({ random });
    await withHome((home) => home.store.commit([{ type: 'put', key: 'a', value: new Uint8Array(1) }]));
    const store = folder.inside('home/store');
    const file = (await readdir(store)).find((name) => lost.test(name)) ?? '';
    await rm(`${store}/${file}`);
    const refused = await openHome(settings(), fakeSurroundings().surroundings).catch(
      (error: Error) => error,
    );
    expect(refused).toMatchObject({ problem: 'store unusable' });
    const { message } = refused as Error;
    expect(message).toMatch(new RegExp(`^The store in ${store} cannot be opened\\..*\\(${code}\\)$`));
    expect(message).toContain('backup');
    expect(message).toContain(`\`paykit keys publish --home ${folder.inside('home')}\``);
    await rename(store, `${store}-damaged`);
    await withHome(async () => {});
  });

  it('leaves nothing open after a wrong passphrase', async () => {
    await create();
    const environment = { PAYKIT_PASSPHRASE: 'incorrect' };
    const wrong = openHome(settings(), fakeSurroundings({ environment }).surroundings);
    await expect(wrong).rejects.toMatchObject({ problem: 'wrong passphrase' });
    await withHome(async () => {});
  });

  it('says what is wrong with the identity file', async () => {
    await create();
    const file = folder.inside('home/identity.json');
    const whole = await readFile(file, 'utf8');
    for (const [content, problem] of [
      [whole.slice(1), 'damaged'],
      [whole.replace('"version": 1', '"version": 9'), 'newer version'],
      ['x'.repeat(10_000), 'damaged'],
    ] as const) {
      await writeFile(file, content);
      await expect(withHome(async () => {})).rejects.toMatchObject({ problem });
    }
  });
});

describe('openHomeSession', () => {
  it('signs up once, and takes the session up again later', async () => {
    await create();
    const first = await withHome(async (home) => {
      const session = await home.session();
      expect(await home.session()).toBe(session);
      await session.storage.put('/pub/test/a', Uint8Array.of(1));
      return readFile(folder.inside('home/session.json'));
    });
    await withHome(async (home) => {
      await (await home.session()).storage.put('/pub/test/a', Uint8Array.of(2));
    });
    // Sealed anew, with another nonce.
    const second = await readFile(folder.inside('home/session.json'));
    expect(Buffer.compare(first, second)).not.toBe(0);
  });

  it('signs in again where the session is damaged, and keeps it sealed', async () => {
    await create();
    const cookie = await withHome(async (home) => {
      const exported = (await home.session()).export();
      const text = exported.use((bytes) => new TextDecoder().decode(bytes));
      exported.destroy();
      return text.split(':')[1] as string;
    });
    expect((await readFile(folder.inside('home/session.json'))).includes(cookie)).toBe(false);
    await writeFile(folder.inside('home/session.json'), 'damaged');
    await withHome(async (home) => {
      await (await home.session()).storage.put('/pub/test/a', Uint8Array.of(1));
    });
  });

  it('asks for a homeserver where none is known', async () => {
    await create();
    const home = await openHome({ ...settings(), homeserver: undefined }, fakeSurroundings().surroundings);
    await expect(home.session()).rejects.toThrow('--homeserver');
    await home.close();
  });

  it('tries again after an outage', async () => {
    await create();
    network.testnet.faults.homeserver.set({ refuse: true });
    await withHome(async (home) => {
      await expect(home.session()).rejects.toMatchObject({ code: 'HOMESERVER_OFFLINE' });
      network.testnet.faults.homeserver.clear();
      await home.session();
    });
  });
});
