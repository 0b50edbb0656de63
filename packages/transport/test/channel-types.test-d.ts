import type { KeyPair } from '@pubky-paykit/noise-core';
import {
  createProfileHandshake,
  type IdentitySigner,
  IK,
  IK_RAW,
  N,
  NN,
  offerProfiles,
  type Profile,
  type ProfileOffer,
  type ReplayCache,
  XX,
} from '@pubky-paykit/patterns';
import {
  type AnyChannel,
  acceptChannel,
  type ByteStream,
  openChannel,
  type ReceiveChannel,
  type SecureChannel,
  type SendChannel,
} from '../src/index.ts';

declare const stream: ByteStream;
declare const noiseKey: KeyPair;
declare const signer: IdentitySigner;
declare const key: Uint8Array;
declare const replayCache: ReplayCache;
declare const someProfile: Profile;
declare const someOffer: ProfileOffer;

/** Compiles only if the two types are the same. */
function same<One>() {
  return <Two>(_: Two & ([One] extends [Two] ? ([Two] extends [One] ? unknown : never) : never)): void => {};
}

const initiators = {
  ik: createProfileHandshake({ profile: IK, role: 'initiator', noiseKey, signer, remoteStatic: key }),
  ikRaw: createProfileHandshake({ profile: IK_RAW, role: 'initiator', noiseKey, remoteStatic: key }),
  n: createProfileHandshake({ profile: N, role: 'initiator', remoteStatic: key }),
  nn: createProfileHandshake({ profile: NN, role: 'initiator', signer, expectedIdentity: key }),
  xx: createProfileHandshake({ profile: XX, role: 'initiator', noiseKey, trust: { expectedStatic: key } }),
};

same<SecureChannel>()(await openChannel(stream, initiators.ik, { patternByte: IK.byte }));
same<SecureChannel>()(await openChannel(stream, initiators.ikRaw));
same<SendChannel>()(await openChannel(stream, initiators.n));
same<SecureChannel>()(await openChannel(stream, initiators.nn));
same<SecureChannel>()(await openChannel(stream, initiators.xx));
// @ts-expect-error The check above can fail.
same<SecureChannel>()(await openChannel(stream, initiators.n));

same<SecureChannel>()(await acceptChannel(stream, offerProfiles({ profiles: [IK], noiseKey })));
same<SecureChannel>()(await acceptChannel(stream, offerProfiles({ profiles: [IK_RAW], noiseKey })));
same<ReceiveChannel>()(await acceptChannel(stream, offerProfiles({ profiles: [N], noiseKey, replayCache })));
same<SecureChannel>()(await acceptChannel(stream, offerProfiles({ profiles: [NN], signer })));
same<SecureChannel>()(
  await acceptChannel(stream, offerProfiles({ profiles: [XX], noiseKey, allowStatic: 'anyone' })),
);
same<SecureChannel | ReceiveChannel>()(
  await acceptChannel(stream, offerProfiles({ profiles: [IK, N], noiseKey })),
);
same<AnyChannel>()(await acceptChannel(stream, someOffer));

// A legacy responder is opened, not accepted.
const legacy = createProfileHandshake({ profile: IK, role: 'responder', noiseKey });
same<SecureChannel>()(await openChannel(stream, legacy));
const oneWay = createProfileHandshake({ profile: N, role: 'responder', noiseKey, replayCache });
same<ReceiveChannel>()(await openChannel(stream, oneWay));

const sender = await openChannel(stream, initiators.n, { patternByte: N.byte });
const receiver = await acceptChannel(stream, offerProfiles({ profiles: [N], noiseKey }));
await sender.send(key);
export const received: Uint8Array | undefined = await receiver.receive();
sender.session.encrypt(key);
receiver.session.decrypt(key);

// @ts-expect-error The initiator of N cannot receive.
sender.receive();
// @ts-expect-error Neither can its session.
sender.session.decrypt(key);
// @ts-expect-error The responder of N cannot send.
receiver.send(key);
// @ts-expect-error Neither can its session.
receiver.session.encrypt(key);
// @ts-expect-error A channel of one direction is no secure channel.
export const both: SecureChannel = sender;
// @ts-expect-error Whoever may be in N asks before it answers.
(await acceptChannel(stream, offerProfiles({ profiles: [IK, N], noiseKey }))).send(key);

const either = await acceptChannel(stream, offerProfiles({ profiles: [IK, N], noiseKey }));
export const fromEither: Uint8Array | undefined = await either.receive();
if ('send' in either) await either.send(key);

// @ts-expect-error What a pattern of run time yields has to be asked for.
(await openChannel(stream, createProfileHandshake({ profile: someProfile, role: 'initiator' }))).send(key);
