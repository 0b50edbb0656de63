import { IK, openPaymentChannel } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';

/** Both keys known or proven, the payer's identity signed into the first message. */
export const ik: DemoPattern = {
  summary: "the payee's key is known, the payer signs with its identity (default)",
  why: "The payer knows the payee's Noise key and has its own identity key at hand, so it says who it is in the very first message.",
  proven: "the payer's identity, by its signature in the handshake; that both sides hold their Noise keys.",
  notProven:
    "that the payee's Noise key belongs to its identity: the payer has that from the address book, which stands in for signed records.",
  outcome: 'receipt',
  payee: { offer: { profiles: [IK] }, announces: true },
  async pay(payer) {
    const identity = payer.makeIdentity();
    const remoteStatic = await payer.findPayeeKey();
    const stream = await payer.connect();
    const channel = await openPaymentChannel(stream, identity, { profile: IK, remoteStatic });
    payer.tellHandshake(channel.session);
    await payer.pay(channel, payer.request(identity.publicKey));
  },
};
