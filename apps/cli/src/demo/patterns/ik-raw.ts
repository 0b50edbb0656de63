import { IK_RAW } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';

/** Both Noise keys known or proven, no signature: the payee looks up whose key the payer's is. */
export const ikRaw: DemoPattern = {
  summary: "as ik, unsigned: the payee looks up whose Noise key the payer's is",
  why: 'Alice keeps her identity key offline. She proves her Noise key only, and Bob looks up whose that is before he confirms anything.',
  proven:
    'that both hold their Noise keys, and that each key is one its identity has signed a fresh record for.',
  notProven:
    'that Alice herself was there: she signs nothing now. Whoever steals her Noise key pays in her name until she revokes it.',
  outcome: 'receipt',
  payee: { offer: { profiles: [IK_RAW] } },
  async pay(payer) {
    const verifiedStatic = await payer.requireKey();
    // The Noise key alone: the signer stays where it is.
    const { publicKey, noiseKey } = payer.keys;
    const { channel, payer: self } = await payer.dial({ publicKey, noiseKey }, { verifiedStatic });
    return payer.settle(channel, payer.request(self));
  },
};
