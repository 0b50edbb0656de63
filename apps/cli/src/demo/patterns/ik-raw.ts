import { IK_RAW, openPaymentChannel } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';

/** Both Noise keys known or proven, no signature: the payee looks up whose key the payer's is. */
export const ikRaw: DemoPattern = {
  summary: "as ik, unsigned: the payee looks up whose Noise key the payer's is",
  why: 'The payer keeps its identity key offline. It proves its Noise key only, and the payee looks up whose that is before it confirms anything.',
  proven: "that both sides hold their Noise keys, and that the payer's is one its identity has announced.",
  notProven:
    'anything beyond the address book, for either side: nothing is signed here, and the book stands in for signed records.',
  outcome: 'receipt',
  payee: { offer: { profiles: [IK_RAW] }, announces: true },
  async pay(payer) {
    const identity = payer.makeIdentity();
    await payer.announce(identity);
    const remoteStatic = await payer.findPayeeKey();
    const stream = await payer.connect();
    // The Noise key alone: the signer stays where it is.
    const { noiseKey, publicKey } = identity;
    const channel = await openPaymentChannel(stream, { noiseKey }, { profile: IK_RAW, remoteStatic });
    payer.tellHandshake(channel.session);
    await payer.pay(channel, payer.request(publicKey));
  },
};
