import {
  activeKey,
  KEY_POLICIES,
  type KeeperEvent,
  type KeyPair,
  type KeyPolicy,
  type QueueEvent,
} from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { withGiven } from '../home/next-command.ts';
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

/** The key of a payee, whose records are kept fresh while it listens. */
export interface KeptNoiseKey {
  readonly pair: KeyPair;
  /** Wipes the key, and ends what keeps it. Never rejects. */
  close(): Promise<void>;
}

/** A key is not replaced while a listener answers with it: that is done, if it is due, before the next one begins. */
const WHILE_LISTENING: KeyPolicy = {
  ...KEY_POLICIES.standard,
  rotateAfterMs: KEY_POLICIES['low-risk'].rotateAfterMs,
};

/**
 * The same for a payee, whom payers must find: what is due, such as signing again, is done first, and from then on whenever
 * it is due.
 *
 * @throws CommandFailed if the key is not published. @throws HomeFailed: `no secret`.
 */
export async function keepNoiseKey(home: Home, surroundings: Surroundings): Promise<KeptNoiseKey> {
  const { signal, terminal } = surroundings;
  const secret = requireSecret(home);
  const onEvent = ({ kind }: KeeperEvent | QueueEvent): void => {
    if (kind === 'restamped') terminal.tell('The records of the key were signed again.\n');
  };
  const wishes = { signUp: false };
  const due = openKeys(home, home.device, surroundings, { wishes, onEvent });
  let context: string;
  try {
    const before = (await due.keeper.status({ signal })).ledger;
    if (before === undefined || activeKey(before) === undefined) throw unpublished(home);
    terminal.tell('Doing what is due for the published key …\n');
    await due.keeper.run({ signal });
    await due.queue.flush({ signal });
    const { ledger } = await due.keeper.run({ signal });
    const active = ledger && activeKey(ledger);
    if (active?.publishedAtMs === undefined) throw unpublished(home);
    const { waiting, parked } = await due.queue.status({ signal });
    if (waiting.length + parked.length > 0) {
      terminal.tell('Not everything about this key could be published now; it is tried again.\n');
    }
    context = active.context;
  } finally {
    await due.close();
  }
  const keys = openKeys(home, home.device, surroundings, { wishes, onEvent, policy: WHILE_LISTENING });
  const pair = secret.noiseKey(context);
  keys.start();
  return {
    pair,
    async close() {
      pair.destroy();
      await keys.close();
    },
  };
}

function unpublished({ device, given }: Home): CommandFailed {
  return new CommandFailed(
    withGiven(
      `The Noise key of this device (${device}) is not published, so nobody could pay to it. Run \`paykit keys publish\` first.`,
      given,
    ),
  );
}
