import type { IdentitySigner } from 'pubky-paykit';
import type { Tell } from './scene.ts';

/** A signer that tells before it signs: the story then says when in the handshake that was. */
export function tellingSigner(signer: IdentitySigner, tell: Tell, step: string): IdentitySigner {
  return {
    publicKey: signer.publicKey,
    sign(message) {
      tell(step);
      return signer.sign(message);
    },
  };
}
