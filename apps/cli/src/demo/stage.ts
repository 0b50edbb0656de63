import { join } from 'node:path';
import type { DemoOptions } from './demo-options.ts';
import type { Acquaintance, Participant } from './scene.ts';
import type { StageNetwork } from './stage-network.ts';
import type { Story } from './story.ts';

/** Who plays somebody, such as a process of its own. */
export type Cast = (name: string) => Participant;

/** What the chapters of one run share. */
export interface Stage {
  readonly options: DemoOptions;
  readonly story: Pick<Story, 'chapter' | 'step' | 'note'>;
  readonly network: Pick<StageNetwork, 'relay' | 'homeserver' | 'keepPacket'>;
  /** Where participants store what they store, each in a folder of their own. */
  readonly folder: string;
  readonly cast: Cast;
}

/** A participant that has arrived, and how the others know them. */
export interface Player extends Participant, Acquaintance {}

/** The two that pay each other. */
export interface Couple {
  readonly alice: Player;
  readonly bob: Player;
}

/** Lets somebody enter. */
export async function enter(
  { network: { relay, homeserver }, folder }: Pick<Stage, 'network' | 'folder'>,
  participant: Participant,
  name: string,
  publishes: boolean,
): Promise<Player> {
  const network = { relay, homeserver };
  const own = join(folder, name.toLowerCase());
  const { identity } = await participant.play('arrive', { name, network, folder: own, publishes });
  return { name, identity, play: (scene, asks) => participant.play(scene, asks) };
}

/** As the others know somebody: what may be sent to them. */
export function acquaintance({ name, identity }: Acquaintance): Acquaintance {
  return { name, identity };
}
