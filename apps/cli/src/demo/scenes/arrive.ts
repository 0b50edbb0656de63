import { zBase32 } from 'pubky-paykit';
import type { Actor } from '../actor.ts';
import { createPerson, type Person } from '../person.ts';
import { publishAll } from '../publishing.ts';
import type { Scenes } from '../scene.ts';
import { shortHex, shortIdentity } from '../short-id.ts';

async function settleDown(person: Person, homeserver: Uint8Array, { tell }: Actor): Promise<void> {
  const own = await person.signUp(homeserver);
  tell('signs up on the homeserver: a signed packet on the relay now says where the files are');
  await own.keeper.publish();
  await publishAll(own);
  const { noiseKey, destroy } = await person.openKeys('current');
  const shown = shortHex(noiseKey.publicKey);
  destroy();
  tell(
    `publishes the Noise key ${shown}, signed with the identity, as a file on the homeserver and in the packet: either is enough to find it`,
  );
}

/** Somebody enters the story. */
export async function arrive(
  actor: Actor,
  { name, network, folder, publishes }: Scenes['arrive']['asks'],
): Promise<Scenes['arrive']['gives']> {
  const person = createPerson(name, network, folder);
  actor.person = person;
  const meaning = publishes
    ? ': a public key, and all that others have to be told'
    : ', and publishes nothing under it';
  actor.tell(`makes the identity ${shortIdentity(person.publicKey)}${meaning}`);
  if (publishes) await settleDown(person, zBase32.decode(network.homeserver, 32), actor);
  return { identity: zBase32.encode(person.publicKey) };
}
