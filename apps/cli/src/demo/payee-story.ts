import type { LookUpNoiseKeys, SessionFacts } from 'pubky-paykit';
import type { Tell } from './events.ts';
import { shortHex, shortIdentity } from './short-id.ts';

/** What the payee knows of who is there, by the handshake alone. */
function knowledgeOf({ oneWay, remoteIdentity, remoteStatic }: SessionFacts): string {
  if (oneWay) return 'knows nothing of who sends';
  if (remoteIdentity) return `knows the payer by its signature, ${shortIdentity(remoteIdentity)}`;
  if (remoteStatic) return `knows the payer's Noise key ${shortHex(remoteStatic)}, not whose it is`;
  return 'knows nothing of the payer';
}

/** What the payee tells of those who connect. */
export interface PayeeStory {
  onSession(session: SessionFacts): void;
  readonly lookUpNoiseKeys: LookUpNoiseKeys;
}

/** Tells of sessions and of look-ups, which it passes on to `lookUp`. */
export function createPayeeStory(tell: Tell, lookUp: LookUpNoiseKeys): PayeeStory {
  let proven: string | undefined;
  return {
    onSession(session) {
      const { pattern, id, remoteStatic } = session;
      // One payer at a time connects to a demo.
      proven = remoteStatic && shortHex(remoteStatic);
      tell(`accepted the ${pattern} handshake, session ${shortHex(id)}`);
      tell(knowledgeOf(session));
    },
    async lookUpNoiseKeys(identity, options) {
      const found = await lookUp(identity, options);
      const shown = found.map(shortHex);
      const match = proven !== undefined && shown.includes(proven) ? 'the one proven here' : 'no match';
      tell(`looked up ${shortIdentity(identity)}: ${shown.join(', ') || 'no Noise key'}, ${match}`);
      return found;
    },
  };
}
