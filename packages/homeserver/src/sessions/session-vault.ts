import { Secret, wipe } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';

/**
 * Where sessions outlive the process: the keychain of a phone, an encrypted file. What it keeps is as good as being signed in.
 */
export interface SessionVault {
  /** @param owner 32 bytes. @returns A fresh buffer, which is taken and wiped; `undefined` if there is none. */
  load(owner: Uint8Array): Promise<Uint8Array | undefined>;
  /** Replaces whatever is kept for this owner. @param exported Borrowed until the promise settles, then wiped. */
  save(owner: Uint8Array, exported: Uint8Array): Promise<void>;
  remove(owner: Uint8Array): Promise<void>;
}

/** Names what failed; the cause is dropped on purpose, as it may quote what it was given. */
async function guarded<Result>(what: 'load' | 'save' | 'remove', work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch {
    throw new HomeserverError('HOMESERVER_VAULT_FAILED', { what });
  }
}

/** What the vault holds for somebody. @throws HOMESERVER_VAULT_FAILED */
export async function loadSession(vault: SessionVault, owner: Uint8Array): Promise<Secret | undefined> {
  const exported = await guarded('load', vault.load(owner));
  return exported === undefined ? undefined : Secret.take(exported);
}

/** Keeps an exported session, which is destroyed afterwards. @throws HOMESERVER_VAULT_FAILED */
export async function saveSession(vault: SessionVault, owner: Uint8Array, exported: Secret): Promise<void> {
  const bytes = exported.use((borrowed) => borrowed.slice());
  try {
    await guarded('save', vault.save(owner, bytes));
  } finally {
    wipe(bytes);
    exported.destroy();
  }
}

/** @throws HOMESERVER_VAULT_FAILED */
export function removeSession(vault: SessionVault, owner: Uint8Array): Promise<void> {
  return guarded('remove', vault.remove(owner));
}
