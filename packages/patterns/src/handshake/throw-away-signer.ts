import { systemRandom, wipe } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { createIdentitySigner, type LocalIdentitySigner } from '../identity/identity-signer.ts';
import type { AnySession } from '../sessions/session.ts';
import type { ProfileHandshake } from './handshake.ts';

/** A signer for an identity that nobody will see again after one handshake. */
export function createThrowAwaySigner(): LocalIdentitySigner {
  const seed = systemRandom.bytes(KEY_BYTES);
  try {
    return createIdentitySigner(seed);
  } finally {
    wipe(seed);
  }
}

/** The handshake, which destroys its signer when it ends, in whatever way. */
export function disposingOf<Yields extends AnySession>(
  handshake: ProfileHandshake<Yields>,
  signer: LocalIdentitySigner,
): ProfileHandshake<Yields> {
  const ending = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      signer.destroy();
      throw error;
    }
  };
  return {
    get turn() {
      return handshake.turn;
    },
    write: () => ending(handshake.write()),
    read: (message) => ending(handshake.read(message)),
    finish() {
      signer.destroy();
      return handshake.finish();
    },
    destroy() {
      signer.destroy();
      handshake.destroy();
    },
  };
}
