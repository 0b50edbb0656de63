import type { KeyPair } from '@pubky-paykit/noise-core';
import {
  createProfileHandshake,
  type IdentityPayload,
  type IdentitySigner,
  IK,
  IK_RAW,
  identityBinding,
  N,
  NN,
  type PinStore,
  type Profile,
  type ProfileHandshake,
  type ReceiveSession,
  type ReplayCache,
  type SendSession,
  type Session,
  type VerifiedIdentity,
  XX,
} from '../../src/index.ts';

declare const noiseKey: KeyPair;
declare const signer: IdentitySigner;
declare const remoteStatic: Uint8Array;
declare const handshake: ProfileHandshake;
declare const session: Session;
declare const payload: IdentityPayload;
declare const replayCache: ReplayCache;
declare const pins: PinStore;
declare const profile: Profile;

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

// Former keys are for who was dialled by one.
createProfileHandshake({ profile: IK, role: 'responder', noiseKey, formerNoiseKeys: [noiseKey] });
createProfileHandshake({
  profile: N,
  role: 'responder',
  noiseKey,
  formerNoiseKeys: [noiseKey],
  replayCache,
});
// @ts-expect-error XX shows the current key to whoever connects.
createProfileHandshake({ profile: XX, role: 'responder', noiseKey, formerNoiseKeys: [], allowStatic: [] });
// @ts-expect-error NN has no Noise keys.
createProfileHandshake({ profile: NN, role: 'responder', signer, formerNoiseKeys: [] });
// @ts-expect-error An initiator shows its current key.
createProfileHandshake({ profile: IK_RAW, role: 'initiator', noiseKey, remoteStatic, formerNoiseKeys: [] });

// IK-raw proves no identity.
createProfileHandshake({ profile: IK_RAW, role: 'initiator', noiseKey, remoteStatic });
createProfileHandshake({ profile: IK_RAW, role: 'responder', noiseKey, allowStatic: 'anyone', replayCache });
// @ts-expect-error IK-raw proves no identity that could be allowed.
createProfileHandshake({ profile: IK_RAW, role: 'responder', noiseKey, allowIdentity: [] });
// @ts-expect-error IK-raw signs nothing.
createProfileHandshake({ profile: IK_RAW, role: 'initiator', noiseKey, remoteStatic, signer });
// @ts-expect-error IK-raw needs the responder's static key.
createProfileHandshake({ profile: IK_RAW, role: 'initiator', noiseKey });
// @ts-expect-error 'anyone' is the only word there is.
createProfileHandshake({ profile: IK_RAW, role: 'responder', noiseKey, allowStatic: 'everybody' });
// @ts-expect-error IK proves an identity: allow that, not the key.
createProfileHandshake({ profile: IK, role: 'responder', noiseKey, allowStatic: 'anyone' });

// N has one direction.
const sending = createProfileHandshake({ profile: N, role: 'initiator', remoteStatic });
const receiving = createProfileHandshake({ profile: N, role: 'responder', noiseKey, replayCache });
export const sends: SendSession = sending.finish();
export const receives: ReceiveSession = receiving.finish();
sending.finish().encrypt(remoteStatic);
receiving.finish().decrypt(remoteStatic);
// @ts-expect-error The initiator of N gets no answer.
sending.finish().decrypt(remoteStatic);
// @ts-expect-error The responder of N cannot answer.
receiving.finish().encrypt(remoteStatic);
// @ts-expect-error A session of N is not one of two directions.
export const both: Session = sending.finish();
// @ts-expect-error N is replayable: its replay cache is not optional.
createProfileHandshake({ profile: N, role: 'responder', noiseKey });
// @ts-expect-error The initiator of N stays unnamed.
createProfileHandshake({ profile: N, role: 'initiator', remoteStatic, noiseKey });
// @ts-expect-error The initiator of N signs nothing.
createProfileHandshake({ profile: N, role: 'initiator', remoteStatic, signer });
// @ts-expect-error N proves no key that could be allowed.
createProfileHandshake({ profile: N, role: 'responder', noiseKey, replayCache, allowStatic: 'anyone' });

// NN has no session, and so nothing to encrypt with, before both have attested.
const attesting = createProfileHandshake({
  profile: NN,
  role: 'initiator',
  signer,
  expectedIdentity: remoteStatic,
});
createProfileHandshake({ profile: NN, role: 'responder', signer, allowIdentity: [] });
attesting.finish().encrypt(remoteStatic);
// @ts-expect-error A handshake encrypts nothing for the application.
attesting.encrypt(remoteStatic);
// @ts-expect-error A handshake decrypts nothing for the application.
attesting.decrypt(remoteStatic);
// @ts-expect-error What is written is not the application's to choose.
attesting.write(remoteStatic);
// @ts-expect-error What is read is not the application's to see.
export const early: Uint8Array = await attesting.read(remoteStatic);
// @ts-expect-error NN's client must know whom it wants.
createProfileHandshake({ profile: NN, role: 'initiator', signer });
// @ts-expect-error NN's client attests, with a throw-away identity if need be.
createProfileHandshake({ profile: NN, role: 'initiator', expectedIdentity: remoteStatic });
// @ts-expect-error NN's server attests.
createProfileHandshake({ profile: NN, role: 'responder' });
// @ts-expect-error NN has no Noise keys.
createProfileHandshake({ profile: NN, role: 'responder', signer, noiseKey });
// @ts-expect-error NN proves no key that could be allowed.
createProfileHandshake({ profile: NN, role: 'responder', signer, allowStatic: 'anyone' });

// XX wants a reason to trust the key it is shown; of several, all have to hold.
const verifyStatic = () => true;
const client = { profile: XX, role: 'initiator', noiseKey } as const;
createProfileHandshake({ ...client, trust: { expectedStatic: remoteStatic } });
createProfileHandshake({ ...client, trust: { verifyStatic } });
createProfileHandshake({ ...client, trust: { trustOnFirstUse: pins, peer: 'bob' } });
createProfileHandshake({
  ...client,
  trust: { trustOnFirstUse: pins, peer: 'bob', expectedStatic: remoteStatic },
});
createProfileHandshake({ ...client, trust: { expectedStatic: remoteStatic, verifyStatic } });
createProfileHandshake({ ...client, trust: { trustOnFirstUse: pins, peer: 'bob', verifyStatic } });
const server = { profile: XX, role: 'responder', noiseKey } as const;
createProfileHandshake({ ...server, allowStatic: 'anyone' });
// @ts-expect-error There has to be a rule.
createProfileHandshake({ ...client });
// @ts-expect-error No rule is no rule.
createProfileHandshake({ ...client, trust: undefined });
// @ts-expect-error Nor is an empty one.
createProfileHandshake({ ...client, trust: {} });
// @ts-expect-error Trust on first use is chosen with a store, not with a flag.
createProfileHandshake({ ...client, trust: { trustOnFirstUse: true, peer: 'bob' } });
// @ts-expect-error A pin belongs to somebody.
createProfileHandshake({ ...client, trust: { trustOnFirstUse: pins } });
// @ts-expect-error The key is expected by the rule, not dialled.
createProfileHandshake({ ...client, trust: { verifyStatic }, remoteStatic });
// @ts-expect-error A responder of XX says who may connect, be it anyone.
createProfileHandshake({ ...server });
// @ts-expect-error XX proves no identity that could be allowed.
createProfileHandshake({ ...server, allowStatic: 'anyone', allowIdentity: [] });

const someday = createProfileHandshake({ profile, role: 'responder', noiseKey });
// @ts-expect-error A profile known only at run time may be one-way.
someday.finish().encrypt(remoteStatic);

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
