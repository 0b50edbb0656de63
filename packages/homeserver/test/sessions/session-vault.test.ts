import { describe, expect, it } from 'vitest';
import type { SessionVault } from '../../src/index.ts';
import { encodeSessionRecord, ROOT_CAPABILITIES } from '../../src/wire/index.ts';
import { scriptedHomeserver, signedIn } from '../fetch-homeserver.ts';
import { fixedSigner } from '../people.ts';
import { answer } from '../scripted-fetch.ts';
import { rejectedCodeOf, rejectionOf } from '../thrown.ts';

const signer = fixedSigner(4);
const record = encodeSessionRecord({
  publicKey: signer.publicKey,
  createdAt: 1n,
  capabilities: ROOT_CAPABILITIES,
});

/** A vault that forgets when the test ends, and what it was lent. */
function memoryVault() {
  const kept = new Map<string, Uint8Array>();
  const lent: Uint8Array[] = [];
  const vault: SessionVault = {
    load: async (owner) => kept.get(owner.join())?.slice(),
    async save(owner, exported) {
      lent.push(exported);
      kept.set(owner.join(), exported.slice());
    },
    async remove(owner) {
      kept.delete(owner.join());
    },
  };
  return { vault, kept, lent };
}

/** A server that knows its session until it is told to forget it. */
function server() {
  let known = true;
  return {
    forget() {
      known = false;
    },
    script: ({ method }: { readonly method: string }) => {
      if (method === 'POST') return signedIn(signer.publicKey);
      if (method === 'GET') return known ? answer(200, record) : answer(404);
      return answer(200);
    },
  };
}

describe('a vault', () => {
  it('keeps sessions beyond the process, and hands out none that has ended', async () => {
    const { vault, kept, lent } = memoryVault();
    const { script, forget } = server();
    const first = scriptedHomeserver(script, { vault });
    (await first.homeserver.signIn(signer)).close();
    expect(lent.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);

    const second = scriptedHomeserver(script, { vault });
    const session = await second.homeserver.resume(signer.publicKey);
    expect(session?.publicKey).toEqual(signer.publicKey);
    forget();
    expect(await second.homeserver.resume(signer.publicKey)).toBeUndefined();
    expect(kept.size).toBe(0);
  });

  it('is emptied by signing out', async () => {
    const { vault, kept } = memoryVault();
    const { homeserver } = scriptedHomeserver(server().script, { vault });
    const session = await homeserver.signIn(signer);
    expect(kept.size).toBe(1);
    await session.signOut();
    expect(kept.size).toBe(0);
  });

  it('keeps what it has while the server cannot be asked', async () => {
    const { vault, kept } = memoryVault();
    (await scriptedHomeserver(server().script, { vault }).homeserver.signIn(signer)).close();
    const down = scriptedHomeserver(() => answer(503), { vault });
    expect(await rejectedCodeOf(down.homeserver.resume(signer.publicKey))).toBe('HOMESERVER_SERVER_ERROR');
    expect(kept.size).toBe(1);
  });

  it('that mixes its entries up signs nobody in as somebody else', async () => {
    const { vault } = memoryVault();
    (await scriptedHomeserver(server().script, { vault }).homeserver.signIn(signer)).close();
    const confused: SessionVault = { ...vault, load: () => vault.load(signer.publicKey) };
    const { homeserver, seen } = scriptedHomeserver(server().script, { vault: confused });
    const other = fixedSigner(5).publicKey;
    expect(await rejectedCodeOf(homeserver.resume(other))).toBe('HOMESERVER_BAD_SESSION_EXPORT');
    expect(seen).toEqual([]);
  });

  it('has nothing for strangers, and nothing at all where there is none', async () => {
    const { vault } = memoryVault();
    expect(
      await scriptedHomeserver(() => answer(500), { vault }).homeserver.resume(signer.publicKey),
    ).toBeUndefined();
    expect(await scriptedHomeserver(() => answer(500)).homeserver.resume(signer.publicKey)).toBeUndefined();
  });

  it.each(['load', 'save', 'remove'] as const)(
    'that cannot %s says so, and nothing of what it was given',
    async (what) => {
      const { vault } = memoryVault();
      const broken: SessionVault = {
        ...vault,
        [what]: async (_: Uint8Array, exported?: Uint8Array) => {
          throw new Error(`cannot ${what} ${exported}`);
        },
      };
      const { homeserver } = scriptedHomeserver(server().script, { vault: broken });
      const work = async () => {
        if (what === 'load') return homeserver.resume(signer.publicKey);
        return (await homeserver.signIn(signer)).signOut();
      };
      const error = await rejectionOf(work());
      expect([error.code, error.context, error.cause]).toEqual([
        'HOMESERVER_VAULT_FAILED',
        { what },
        undefined,
      ]);
    },
  );
});
