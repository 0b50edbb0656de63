import { activeKey, type KeyPair } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { type Home, requireSecret } from '../home/open-home.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { openKeys } from '../keys/open-keys.ts';

/** The Noise key of this device. */
export interface OwnNoiseKey {
  /** Owned by the caller, who destroys it. */
  readonly pair: KeyPair;
  /** Whether peers can find out whose it is. */
  readonly published: boolean;
}

/**
 * The key that peers know this device by; where none was ever made, the one it would publish first.
 *
 * @throws HomeFailed: `no secret`.
 */
export async function ownNoiseKey(home: Home, surroundings: Surroundings): Promise<OwnNoiseKey> {
  const secret = requireSecret(home);
  const keys = openKeys(home, home.device, surroundings, { wishes: {}, onEvent() {} });
  try {
    const { ledger } = await keys.keeper.status({ signal: surroundings.signal });
    const active = ledger && activeKey(ledger);
    const pair = secret.noiseKey(active?.context ?? home.device);
    return { pair, published: active?.publishedAtMs !== undefined };
  } finally {
    await keys.close();
  }
}

/**
 * The same for a payee, whom payers must find: what is due, such as signing again, is done first.
 *
 * @throws CommandFailed if the key is not published. @throws HomeFailed: `no secret`.
 */
export async function publishedNoiseKey(home: Home, surroundings: Surroundings): Promise<KeyPair> {
  const { signal, terminal } = surroundings;
  const secret = requireSecret(home);
  const keys = openKeys(home, home.device, surroundings, { wishes: { signUp: false }, onEvent() {} });
  try {
    const before = (await keys.keeper.status({ signal })).ledger;
    if (before === undefined || activeKey(before) === undefined) throw unpublished(home);
    await keys.keeper.run({ signal });
    await keys.queue.flush({ signal });
    const { ledger } = await keys.keeper.run({ signal });
    const active = ledger && activeKey(ledger);
    if (active?.publishedAtMs === undefined) throw unpublished(home);
    const { waiting, parked } = await keys.queue.status({ signal });
    if (waiting.length + parked.length > 0) {
      terminal.tell('Not everything about this key could be published now; `paykit keys status` shows it.\n');
    }
    return secret.noiseKey(active.context);
  } finally {
    await keys.close();
  }
}

function unpublished({ device }: Home): CommandFailed {
  return new CommandFailed(
    `The Noise key of this device (${device}) is not published, so nobody could pay to it. Run \`paykit keys publish\` first.`,
  );
}
