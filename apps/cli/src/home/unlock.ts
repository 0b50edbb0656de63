import {
  createIdentitySigner,
  type DeriveNoiseKey,
  deriveFromSeed,
  deriveNoiseKeyPair,
  type IdentitySigner,
  identityPublicKey,
  type KeyPair,
  type Secret,
} from 'pubky-paykit';
import { HomeFailed } from './home-errors.ts';
import { homeFiles, readKeyFile } from './home-files.ts';
import type { HomeSettings } from './home-settings.ts';
import { encodeKeyFile, type KeyFileHeader, type KeyOrigin, openKeyFile } from './key-file.ts';
import { choosePassphrase, findPassphrase } from './passphrase.ts';
import { makePrivateFolder, readSmallFile, writePrivateFile } from './private-files.ts';
import { beginPublishedDevices } from './published-devices.ts';
import { HOME_KEY_COST } from './scrypt-cost.ts';
import { createSeal, type Protection, SALT_BYTES, type Seal } from './seal.ts';
import type { Surroundings } from './surroundings.ts';

/** What only a home with a seed can do. All of it ends when the home is closed. */
export interface HomeSecret {
  /** 32 bytes; borrowed. */
  readonly seed: Secret;
  readonly signer: IdentitySigner;
  /** The public Noise keys of contexts, for `keepOwnKeys`. */
  readonly derive: DeriveNoiseKey;
  /** The Noise key of a context of the ledger, such as `activeKey(ledger).context`; the caller destroys it. */
  noiseKey(context: string): KeyPair;
}

/** A home whose passphrase was right. */
export interface Unlocked {
  readonly header: KeyFileHeader;
  readonly seal: Seal;
  /** Nothing for a public identity. */
  readonly secret: HomeSecret | undefined;
  /** Wipes the secrets. Calling it again does nothing. */
  destroy(): void;
}

/** @param seed Taken. */
function unlocked(header: KeyFileHeader, seal: Seal, seed: Secret | undefined): Unlocked {
  const signer = seed?.use(createIdentitySigner);
  return {
    header,
    seal,
    secret: seed &&
      signer && {
        seed,
        signer,
        derive: deriveFromSeed(seed),
        noiseKey: (context) => seed.use((bytes) => deriveNoiseKeyPair(bytes, context)),
      },
    destroy() {
      signer?.destroy();
      seed?.destroy();
      seal.destroy();
    },
  };
}

/**
 * Reads the identity file of a home and opens it.
 *
 * @returns Owned by the caller. @throws HomeFailed, CommandFailed
 */
export async function unlockHome(settings: HomeSettings, surroundings: Surroundings): Promise<Unlocked> {
  const { folder, passphrase } = settings;
  const file = await readKeyFile(settings);
  const isProtected = file.protection.kind === 'passphrase';
  const given = isProtected ? await findPassphrase(passphrase, surroundings) : undefined;
  if (isProtected && given === undefined) throw new HomeFailed('passphrase missing', folder);
  let seal: Seal | undefined;
  try {
    seal = await createSeal(file.protection, given, surroundings.random);
    return unlocked(file, seal, openKeyFile(file, seal, homeFiles(folder).identity));
  } catch (error) {
    seal?.destroy();
    throw error;
  } finally {
    given?.destroy();
  }
}

/** What a new home is made of. */
export interface NewHome {
  /** 32 bytes; taken. */
  readonly seed?: Secret | undefined;
  /** 32 bytes, instead of the seed, where that is elsewhere. */
  readonly identity?: Uint8Array | undefined;
  readonly device: string;
  readonly origin: KeyOrigin;
}

async function requireNone(folder: string): Promise<void> {
  if ((await readSmallFile(homeFiles(folder).identity, 0)) === undefined) return;
  throw new HomeFailed('identity exists', folder);
}

/**
 * Makes a home: asks for a passphrase and writes the identity file. One that is there is never overwritten.
 *
 * @param command For what is said about mistakes. @returns Owned by the caller.
 * @throws HomeFailed: `identity exists`. @throws UsageError, CommandFailed
 */
export async function createHome(
  { folder, passphrase }: HomeSettings,
  { seed, device, origin, ...given }: NewHome,
  surroundings: Surroundings,
  command: string,
): Promise<Unlocked> {
  let seal: Seal | undefined;
  try {
    await requireNone(folder);
    const identity = seed?.use(identityPublicKey) ?? given.identity;
    if (identity === undefined) throw new TypeError('a home needs a seed or an identity');
    const { random, scryptCost: cost = HOME_KEY_COST } = surroundings;
    const chosen = await choosePassphrase(passphrase, surroundings, command);
    try {
      const protection: Protection =
        chosen === undefined
          ? { kind: 'none' }
          : { kind: 'passphrase', cost, salt: random.bytes(SALT_BYTES) };
      seal = await createSeal(protection, chosen, random);
      const header: KeyFileHeader = { identity, device, origin, protection };
      await makePrivateFolder(folder);
      const file = encodeKeyFile(header, seal, seed);
      const place = homeFiles(folder).identity;
      const isWritten = await writePrivateFile(place, file, { replace: false }).finally(() => file.fill(0));
      if (!isWritten) throw new HomeFailed('identity exists', folder);
      if (origin === 'created') await beginPublishedDevices(folder);
      return unlocked(header, seal, seed);
    } finally {
      chosen?.destroy();
    }
  } catch (error) {
    seal?.destroy();
    seed?.destroy();
    throw error;
  }
}
