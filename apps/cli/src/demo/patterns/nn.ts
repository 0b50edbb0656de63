import { NN, openPaymentChannel } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';
import { tellingSigner } from '../telling-signer.ts';

/** No Noise keys; both identities attested over the session's own ephemeral keys, the payee's first. */
export const nn: DemoPattern = {
  summary: 'no Noise keys: both sides attest their identities, the payee first',
  why: 'No Noise key is published; the payer knows only which identity it expects. Both sides sign the fresh keys of this one session, the payee first.',
  proven: 'both identities, by their signatures over this session. No application byte was sent before.',
  notProven:
    'that this identity is the one the payer meant: it came with the address. And the payee signs first, for whoever connects, so strangers can learn who listens here.',
  outcome: 'receipt',
  payee: {
    offer: { profiles: [NN] },
    announces: false,
    signing: 'signs its attestation of this session, before it knows who is there',
  },
  async pay(payer) {
    const { publicKey, signer } = payer.makeIdentity();
    const stream = await payer.connect();
    const attesting = tellingSigner(
      signer,
      payer.tell,
      "verified the payee's attestation; only now signs its own",
    );
    const channel = await openPaymentChannel(
      stream,
      { signer: attesting },
      { profile: NN, expectedIdentity: payer.payee },
    );
    payer.tellHandshake(channel.session);
    await payer.pay(channel, payer.request(publicKey));
  },
};
