import { createMemoryPinStore, IK, XX, zBase32 } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';
import { shortHex } from '../short-id.ts';

/** A device of the payee's that is too new to have published anything. */
const NEW_DEVICE = 'till';

/** First contact: both Noise keys shown and proven, the payee's pinned; later connections use the pin. */
export const xx: DemoPattern = {
  summary: "first contact: the payee's key is trusted once, pinned, then used for ik",
  why: 'First contact: Bob has a new till, which has published nothing. Alice trusts the key it shows this once, and pins it. Her next connection uses the pin, and is IK by itself.',
  proven:
    "that both hold the Noise keys they showed, and that Alice's is one she has published; over the second connection, Alice's identity by her signature.",
  notProven:
    "that the first one to answer was Bob's till: that is trusted, once. Another key under this name is refused from now on.",
  outcome: 'receipt',
  payee: { offer: { profiles: [XX, IK], allowStatic: 'anyone' }, unpublishedDevice: NEW_DEVICE },
  async pay(payer) {
    const { keys, tell } = payer;
    const verifiedStatic = await payer.findKey({ device: NEW_DEVICE });
    const pins = createMemoryPinStore();
    const known = { pins, ...(verifiedStatic && { verifiedStatic }) };
    const first = await payer.dial(keys, known);
    await payer.compare(first.channel, NEW_DEVICE);
    const request = payer.request(first.payer);
    const settled = await payer.settle(first.channel, request);
    const pin = await pins.get(zBase32.encode(payer.payee));
    if (pin === undefined) throw new Error('the key of the payee was not pinned');
    tell(`has pinned the key ${shortHex(pin.noiseKey)} for ${payer.payeeName}: another one would be refused`);
    const second = await payer.dial(keys, known);
    await payer.askAgain(second.channel, request);
    return settled;
  },
};
