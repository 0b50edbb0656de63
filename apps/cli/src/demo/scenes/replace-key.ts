import { liveKeys, type OwnKeys } from 'pubky-paykit';
import { type Actor, personOf } from '../actor.ts';
import { publishAll, publishDevice } from '../publishing.ts';
import type { Scenes } from '../scene.ts';
import { shortHex } from '../short-id.ts';

function ownKeys(actor: Actor): OwnKeys {
  const { own } = personOf(actor);
  if (own === undefined) throw new Error('somebody without an account has no keys to replace');
  return own;
}

/** A new key under the name of the device; the one before it is published beside it, and taken for a while. */
export async function rotate(actor: Actor): Promise<Scenes['rotate']['gives']> {
  const own = ownKeys(actor);
  const [current, former] = liveKeys(await own.keeper.rotate());
  if (current === undefined || former === undefined) throw new Error('the key was not replaced');
  await publishAll(own);
  actor.tell(
    `replaces the key ${shortHex(former.noiseKey)} by ${shortHex(current.noiseKey)}, and publishes both: the former is taken for 7 days more, so nobody is turned away`,
  );
  return {};
}

/** Says for all to see that the key must not be used any more. */
export async function revoke(actor: Actor): Promise<Scenes['revoke']['gives']> {
  const own = ownKeys(actor);
  const { ledger } = await own.keeper.status();
  const [current] = ledger === undefined ? [] : liveKeys(ledger);
  if (current === undefined) throw new Error('there is no key to revoke');
  await own.keeper.revoke({ successor: false });
  await publishDevice(own);
  actor.tell(
    `revokes the key ${shortHex(current.noiseKey)}: the record says so now, signed with the identity, and gives no other key`,
  );
  return {};
}
