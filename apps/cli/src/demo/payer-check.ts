import type { Discovery, LookUpNoiseKeys, SessionFacts } from 'pubky-paykit';
import type { Tell } from './scene.ts';
import { shortHex, shortIdentity } from './short-id.ts';

/** What a payee knows of who is there, by the handshake alone. */
function knowledgeOf({ oneWay, remoteIdentity, remoteStatic }: SessionFacts): string {
  if (oneWay) return 'nothing is proven of who sends';
  if (remoteIdentity)
    return `the payer is ${shortIdentity(remoteIdentity)}, by a signature over this session`;
  if (remoteStatic)
    return `the payer holds the Noise key ${shortHex(remoteStatic)}; whose it is, is still open`;
  return 'nothing is proven of the payer';
}

/** Why a payer has no key that counts. */
const NO_KEY: Readonly<Record<string, string>> = {
  absent: 'has published no key',
  revoked: 'has revoked the key, and that counts, whatever else is shown',
};

/** What a payee tells of those who connect. */
export interface PayerCheck {
  onSession(session: SessionFacts): void;
  readonly lookUpNoiseKeys: LookUpNoiseKeys;
}

/** Tells of sessions, and of look-ups, which discovery does. */
export function createPayerCheck(tell: Tell, discovery: Discovery): PayerCheck {
  let proven = '';

  async function verdictOn(found: readonly string[], identity: Uint8Array): Promise<string> {
    if (found.length === 0) {
      const { outcome } = await discovery.discoverNoiseKey(identity);
      return NO_KEY[outcome] ?? `has no key that may be used (${outcome})`;
    }
    const keys = found.join(' and ');
    return found.includes(proven)
      ? `has published ${keys}, the key proven here`
      : `has published ${keys}; the key proven here is another, ${proven}`;
  }

  return {
    onSession(session) {
      const { pattern, id, remoteStatic } = session;
      // One payer at a time connects to a demo.
      proven = remoteStatic ? shortHex(remoteStatic) : '';
      tell(`accepts the ${pattern} handshake, session ${shortHex(id)}: ${knowledgeOf(session)}`);
    },
    async lookUpNoiseKeys(identity, options) {
      const found = await discovery.lookUpNoiseKeys(identity, options);
      const verdict = await verdictOn(found.map(shortHex), identity);
      tell(`looks up ${shortIdentity(identity)}, whom the request names as payer: ${verdict}`);
      return found;
    },
  };
}
