import { NN } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';

/** No Noise keys; both identities attested over the session's own ephemeral keys, the payee's first. */
export const nn: DemoPattern = {
  summary: 'no Noise keys: both sides attest an identity, the payee first',
  why: 'Alice stays unnamed, but wants an answer, and from Bob alone. No Noise key is used: both sign the fresh keys of this one session, Bob first, and Alice with an identity made for it.',
  proven:
    "that Bob's identity answers, by his signature over this session; that the payer holds the identity in the receipt. No application byte was sent before.",
  notProven:
    'who pays: the identity was made for this payment, and is forgotten. And Bob signs first, for whoever connects, so strangers can learn who listens here.',
  outcome: 'receipt',
  payee: {
    offer: { profiles: [NN] },
    signing: 'signs the fresh keys of this session, before anything is known of who is there',
  },
  async pay(payer) {
    const dialled = await payer.dial(payer.keys, { anonymous: true });
    return payer.settle(dialled.channel, payer.request(dialled.payer));
  },
};
