import {
  type Clock,
  createMemoryReceiptStore,
  createProvisionalReceipt,
  IK,
  IK_RAW,
  isCodedError,
  N,
  openPaymentChannel,
  type PaymentSender,
  requestReceipt,
  sendOneWayRequest,
  zBase32,
} from 'pubky-paykit';
import { connectTcp } from 'pubky-paykit/node';
import { requireSecret } from '../../src/home/open-home.ts';
import { ownNoiseKey } from '../../src/payments/own-noise-key.ts';
import { fakeSurroundings } from '../home/command-run.ts';
import type { Person, Receiving } from './people.ts';

/** The patterns whose first message is for a Noise key of the payee. */
export const KEYED = { IK, 'IK-raw': IK_RAW, N } as const;

/** A payment to a payee whose key was looked up before: nobody is asked now. */
export interface DialledPayment {
  readonly payer: Person;
  readonly payee: Person;
  readonly receiving: Pick<Receiving, 'line'>;
  readonly pattern: keyof typeof KEYED;
  /** 32 bytes: the payee's, as the payer knows it. */
  readonly remoteStatic: Uint8Array;
  readonly clock: Clock;
}

/** Pays; the code of what came of it, or `confirmed`, or `sent` where nothing comes back. */
export function payToKey(payment: DialledPayment): Promise<string> {
  const { payer, payee, receiving, pattern, remoteStatic, clock } = payment;
  return payer.withHome(async (home) => {
    const { surroundings } = fakeSurroundings({ clock });
    const { pair: noiseKey } = await ownNoiseKey(home, surroundings);
    const [host = '', port = ''] = receiving.line.address.split(':');
    try {
      const stream = await connectTcp({ host, port: Number(port) });
      const keys = { noiseKey, signer: requireSecret(home).signer };
      const profile = KEYED[pattern];
      const channel = await openPaymentChannel(stream, keys, { profile, remoteStatic });
      const parties = { payer: home.identity, payee: zBase32.decode(payee.identity, 32) };
      const terms = { ...parties, methodId: 'lightning', amount: '21', currency: 'SAT' };
      const request = createProvisionalReceipt(terms, { clock });
      try {
        if (!('receive' in channel && 'send' in channel)) {
          await sendOneWayRequest(channel as PaymentSender, request, { clock });
          return 'sent';
        }
        await requestReceipt(channel, request, { store: createMemoryReceiptStore(), clock });
        return 'confirmed';
      } finally {
        await channel.close();
      }
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return error.code;
    } finally {
      noiseKey.destroy();
    }
  });
}
