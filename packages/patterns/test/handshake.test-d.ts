import type { KeyPair } from '@pubky-paykit/noise-core';
import {
  createProfileHandshake,
  type IdentityPayload,
  type IdentitySigner,
  IK,
  identityBinding,
  type ProfileHandshake,
  type Session,
  type VerifiedIdentity,
} from '../src/index.ts';

declare const noiseKey: KeyPair;
declare const signer: IdentitySigner;
declare const remoteStatic: Uint8Array;
declare const handshake: ProfileHandshake;
declare const session: Session;
declare const payload: IdentityPayload;

createProfileHandshake({ profile: IK, role: 'initiator', noiseKey, signer, remoteStatic });
createProfileHandshake({ profile: IK, role: 'responder', noiseKey, allowIdentity: [remoteStatic] });

// @ts-expect-error IK needs the responder's static key.
createProfileHandshake({ profile: IK, role: 'initiator', noiseKey, signer });
// @ts-expect-error IK's initiator signs.
createProfileHandshake({ profile: IK, role: 'initiator', noiseKey, remoteStatic });
// @ts-expect-error A responder learns the key of its peer; it cannot be told one.
createProfileHandshake({ profile: IK, role: 'responder', noiseKey, remoteStatic });
// @ts-expect-error A responder signs nothing.
createProfileHandshake({ profile: IK, role: 'responder', noiseKey, signer });
// @ts-expect-error Only a responder has an allow list.
createProfileHandshake({ profile: IK, role: 'initiator', noiseKey, signer, remoteStatic, allowIdentity: [] });
// @ts-expect-error Roles are initiator and responder.
createProfileHandshake({ profile: IK, role: 'client', noiseKey, signer, remoteStatic });
// @ts-expect-error A static key is a handle, never raw secret bytes.
createProfileHandshake({ profile: IK, role: 'responder', noiseKey: remoteStatic });
// @ts-expect-error A profile is a record, not a name.
createProfileHandshake({ profile: 'IK', role: 'responder', noiseKey });

// @ts-expect-error write is asynchronous: a message has to be awaited.
export const message: Uint8Array = handshake.write();
// @ts-expect-error Confirmation is earned, never set.
session.confirmed = true;
// @ts-expect-error The identity may be missing.
export const identity: Uint8Array = session.remoteIdentity;
// @ts-expect-error A claim is not a verified identity.
export const claimed: VerifiedIdentity = payload;
// @ts-expect-error Neither is a look-alike.
export const forged: VerifiedIdentity = { publicKey: remoteStatic, noiseKey: remoteStatic };

const keys = { prologue: '', identity: remoteStatic, noiseKey: remoteStatic, role: 'client' } as const;
identityBinding({ ...keys, tag: 'IK', remoteNoiseKey: remoteStatic });
identityBinding({ ...keys, tag: 'XX' });
// @ts-expect-error The tag IK covers the peer's key.
identityBinding({ ...keys, tag: 'IK' });
// @ts-expect-error The tag XX does not.
identityBinding({ ...keys, tag: 'XX', remoteNoiseKey: remoteStatic });
// @ts-expect-error The tags are a fixed set.
identityBinding({ ...keys, tag: 'NN' });
