import type { KeyPair, Suite } from '@pubky-paykit/noise-core';
import { SUITE } from './peers.ts';

/** What a {@link recordingSuite} saw: references, so that a test sees what became of them. */
export interface Recording {
  readonly secrets: { readonly what: string; readonly buffer: Uint8Array }[];
  readonly ephemerals: KeyPair[];
}

/** A suite that keeps every shared secret, derived key and cipher key that passes through it. */
export function recordingSuite(): { readonly suite: Suite; readonly recording: Recording } {
  const recording: Recording = { secrets: [], ephemerals: [] };
  const keep = (what: string, buffer: Uint8Array): Uint8Array => {
    recording.secrets.push({ what, buffer });
    return buffer;
  };
  const suite: Suite = {
    dh: {
      ...SUITE.dh,
      generateKeyPair() {
        const pair = SUITE.dh.generateKeyPair();
        recording.ephemerals.push(pair);
        return pair;
      },
      dh: (local, remote) => keep('shared secret', SUITE.dh.dh(local, remote)),
    },
    cipher: {
      ...SUITE.cipher,
      encrypt: (key, ...rest) => SUITE.cipher.encrypt(keep('cipher key', key), ...rest),
      decrypt: (key, ...rest) => SUITE.cipher.decrypt(keep('cipher key', key), ...rest),
    },
    hash: {
      ...SUITE.hash,
      hmac: (key, ...rest) => keep('derived key', SUITE.hash.hmac(keep('chaining key', key), ...rest)),
    },
  };
  return { suite, recording };
}

/** Which of the recorded secrets are still readable. */
export function notWiped({ secrets, ephemerals }: Recording): string[] {
  const readable = secrets.filter(({ buffer }) => buffer.some((byte) => byte !== 0));
  const alive = ephemerals.filter(({ destroyed }) => !destroyed);
  return [...readable.map(({ what }) => what), ...alive.map(() => 'ephemeral key')];
}
