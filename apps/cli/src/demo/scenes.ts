import type { Actor } from './actor.ts';
import type { Participant, SceneName, Scenes, Tell } from './scene.ts';
import { arrive } from './scenes/arrive.ts';
import { discover } from './scenes/discover.ts';
import { intrude } from './scenes/intrude.ts';
import { close, listen } from './scenes/listen.ts';
import { pay } from './scenes/pay.ts';
import { revoke, rotate } from './scenes/replace-key.ts';

/** Every scene. */
const SCENES: {
  readonly [Name in SceneName]: (actor: Actor, asks: Scenes[Name]['asks']) => Promise<Scenes[Name]['gives']>;
} = { arrive, discover, listen, close, pay, intrude, rotate, revoke };

/** A participant in this process, who can leave at any time. */
export interface PresentParticipant extends Participant {
  /** Closes what is open, and wipes the secrets. */
  leave(): Promise<void>;
}

/** One side of the demo, played where it is created. */
export function createPresentParticipant(tell: Tell): PresentParticipant {
  const actor: Actor = { tell, person: undefined, port: undefined };
  return {
    play: async (scene, asks) => SCENES[scene](actor, asks),
    async leave() {
      await actor.port?.shut();
      await actor.person?.close();
    },
  };
}
