import { acquaintance, type Couple, enter, type Stage } from '../stage.ts';

/** Two people come, make themselves findable, and find each other: all they are told is the other's identity. */
export async function peopleMeet(stage: Stage): Promise<Couple> {
  const { story, cast } = stage;
  story.chapter(
    'Two people make themselves findable',
    'Others are told an identity and nothing else. Where its files are, and which Noise key to connect with, stands in records that only the identity can sign.',
  );
  const [first, second] = [cast('Alice'), cast('Bob')];
  const alice = await enter(stage, first, 'Alice', true);
  const bob = await enter(stage, second, 'Bob', true);

  story.chapter(
    'They discover each other',
    "Homeserver and packet are asked at once. What they say counts only with the identity's signature, and only while it is fresh.",
  );
  await alice.play('discover', { whom: acquaintance(bob) });
  await bob.play('discover', { whom: acquaintance(alice) });
  return { alice, bob };
}
