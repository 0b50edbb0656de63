import { createThrowAwayPayer, N, openPaymentChannel, sendOneWayRequest } from 'pubky-paykit';
import type { DemoPattern } from '../demo-pattern.ts';
import { receiptText } from '../receipt-text.ts';
import { shortIdentity } from '../short-id.ts';

/** One request in one direction, in nobody's name. */
export const n: DemoPattern = {
  summary: "one request in nobody's name: no answer, no receipt, no payment",
  why: 'The payer stays unnamed and needs no answer: it sends one request that only the payee can read, in the name of a throw-away key, and is gone.',
  proven:
    'to the payer, that only the holder of the Noise key it found can read the request. To the payee, nothing.',
  notProven:
    "who asks. Nobody has to have sent this request: anybody can make one, with any payer in it. It is no payment and no receipt, and the payee keeps it apart from those. Nor is it secret for ever: whoever gets the payee's Noise key later can read it.",
  outcome: 'request',
  payee: { offer: { profiles: [N] }, announces: true },
  async pay(payer) {
    const throwAway = createThrowAwayPayer();
    payer.tell(`made a throw-away payer key that nobody holds, ${shortIdentity(throwAway)}`);
    const remoteStatic = await payer.findPayeeKey();
    const stream = await payer.connect();
    const channel = await openPaymentChannel(stream, {}, { profile: N, remoteStatic });
    try {
      payer.tellHandshake(channel.session);
      const request = payer.request(throwAway);
      await sendOneWayRequest(channel, request);
      payer.tell('sent its one request; nothing can come back', {
        kind: 'outcome',
        json: receiptText(request),
      });
    } finally {
      await channel.close();
    }
  },
};
