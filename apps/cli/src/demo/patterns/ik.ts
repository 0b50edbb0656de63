import { IK } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';

/** Both keys known or proven, the payer's identity signed into the first message. */
export const ik: DemoPattern = {
  summary: "the payee's key is discovered, the payer signs with its identity",
  why: "The usual case: Alice has discovered Bob's Noise key and has her identity key at hand, so she says who she is in the very first message.",
  proven:
    "Alice's identity, by her signature in the handshake; that Bob's Noise key is Bob's, by his signature in the record; that both hold their keys.",
  notProven:
    "that nobody has stolen Bob's Noise key since he signed the record. If he knows, he revokes it, and the next look-up says so.",
  outcome: 'receipt',
  payee: { offer: { profiles: [IK] } },
  async pay(payer) {
    const verifiedStatic = await payer.requireKey();
    const { channel, payer: self } = await payer.dial(payer.keys, { verifiedStatic });
    return payer.settle(channel, payer.request(self));
  },
};
