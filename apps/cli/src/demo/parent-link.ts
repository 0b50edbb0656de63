import { isCodedError } from 'pubky-paykit';
import type { Play, SceneName, Scenes } from './scene.ts';
import type { PresentParticipant } from './scenes.ts';

/** What a participant sends to the process that started it. */
export type FromParticipant =
  | { readonly type: 'step'; readonly step: string; readonly role?: string | undefined }
  | { readonly type: 'played'; readonly gives: Scenes[SceneName]['gives'] }
  | { readonly type: 'failed'; readonly reason: string };

/** What a participant is sent: the next scene, or that there is none. */
export type ToParticipant =
  | ({ readonly type: 'play' } & { readonly [Name in SceneName]: Play<Name> }[SceneName])
  | { readonly type: 'leave' };

/** How messages get to the parent and back. */
export interface ParentPort {
  send(message: FromParticipant): void;
  onMessage(listener: (message: ToParticipant) => void): void;
}

function reasonOf(error: unknown): string {
  const code = isCodedError(error) ? `${error.code}: ` : '';
  return `${code}${error instanceof Error ? error.message : String(error)}`;
}

/**
 * Plays what the parent asks for, and reports. Resolves when there is no more to play; everything is closed then.
 *
 * @param participant Taken.
 */
export function playForParent(port: ParentPort, participant: PresentParticipant): Promise<void> {
  const play = async <Name extends SceneName>({ scene, asks }: Play<Name>): Promise<void> => {
    try {
      port.send({ type: 'played', gives: await participant.play(scene, asks) });
    } catch (error) {
      port.send({ type: 'failed', reason: reasonOf(error) });
    }
  };
  return new Promise((resolve, reject) => {
    port.onMessage((message) => {
      if (message.type === 'play') void play(message);
      else participant.leave().then(resolve, reject);
    });
  });
}
