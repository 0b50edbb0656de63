import { N } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';

/** One request in one direction, in nobody's name. */
export const n: DemoPattern = {
  summary: "one request in nobody's name: no answer, no receipt, no payment",
  why: 'Alice stays unnamed and needs no answer: one request that only Bob can read, in the name of a throw-away key, and she is gone.',
  proven: 'to Alice, that only the holder of the Noise key she found can read the request. To Bob, nothing.',
  notProven:
    "who asks. Nobody has to have sent this request: anybody can make one, with any payer in it. It is no payment and no receipt, and Bob keeps it apart from those. Nor is it secret for ever: whoever gets Bob's Noise key later can read it.",
  outcome: 'request',
  payee: { offer: { profiles: [N] } },
  async pay(payer) {
    const verifiedStatic = await payer.requireKey();
    const dialled = await payer.dial(payer.keys, { verifiedStatic, anonymous: true, answerNeeded: false });
    return payer.sendOnly(dialled.channel, payer.request(dialled.payer));
  },
};
