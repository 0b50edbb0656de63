import {
  createMemoryPinStore,
  dialPayee,
  IK,
  type PaymentChannel,
  type PaymentIdentity,
  type PinStore,
  XX,
  zBase32,
} from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';
import type { PayerSide } from '../payer-side.ts';
import { shortHex } from '../short-id.ts';

/** Connects in the pattern that fits what is known of the payee: first nothing, then its pin. */
async function dial(payer: PayerSide, identity: PaymentIdentity, pins: PinStore): Promise<PaymentChannel> {
  const peer = { name: zBase32.encode(payer.payee), identity: payer.payee };
  const { channel, selection } = await dialPayee(identity, { peer, pins, connect: payer.connect });
  payer.tellHandshake(channel.session);
  payer.tell(`had chosen ${selection.pattern}, by the rule "${selection.rule}"`);
  // An answer is needed unless the opposite is said: no pattern that gives none is chosen.
  return channel as PaymentChannel;
}

/** First contact: both Noise keys shown and proven, the payee's pinned; later connections use the pin. */
export const xx: DemoPattern = {
  summary: "first contact: the payee's key is trusted once, pinned, then used for ik",
  why: 'First contact: the payer knows no key of the payee, trusts the one it is shown this once, and pins it. The next connection uses the pin and is IK by itself.',
  proven:
    "that both sides hold the Noise keys they showed, and that the payer's is one its identity has announced; over the second connection, the payer's identity by its signature.",
  notProven:
    'that the first one to answer was the payee: that is trusted, once. Another key under this name is refused from now on.',
  outcome: 'receipt',
  payee: { offer: { profiles: [XX, IK], allowStatic: 'anyone' }, announces: false },
  async pay(payer) {
    const identity = payer.makeIdentity();
    await payer.announce(identity);
    const pins = createMemoryPinStore();
    const request = payer.request(identity.publicKey);
    await payer.pay(await dial(payer, identity, pins), request);
    const pin = await pins.get(zBase32.encode(payer.payee));
    if (pin === undefined) throw new Error('the key of the payee was not pinned');
    payer.tell(`has pinned the payee's Noise key ${shortHex(pin.noiseKey)}`);
    await payer.askAgain(await dial(payer, identity, pins), request);
  },
};
