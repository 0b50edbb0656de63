import {
  createProvisionalReceipt,
  type DialledPayee,
  type DialPayeeOptions,
  dialPayee,
  type PaykitReceipt,
  type PaymentChannel,
  type PaymentSender,
  requestReceipt,
  sendOneWayRequest,
  zBase32,
} from 'pubky-paykit';
import { connectTcp } from 'pubky-paykit/node';
import { createFileReceiptStore } from '../file-receipt-store.ts';
import { type Actor, personOf } from './actor.ts';
import { receiptFolder } from './demo-folders.ts';
import { findKey, type KeySearch, requireKey } from './key-search.ts';
import type { Keys } from './person.ts';
import { receiptText } from './receipt-text.ts';
import type { Dial, Settled } from './scene.ts';
import { shortHex } from './short-id.ts';

/** How one payee is dialled: what is known of it beside its name and identity, and what is wanted. */
type DialDemo = Omit<DialPayeeOptions, 'peer' | 'connect'> & { readonly verifiedStatic?: Uint8Array };

/** What a payer can do in every pattern. */
export interface PayerSide extends Pick<Actor, 'tell'> {
  /** 32 bytes. */
  readonly payee: Uint8Array;
  readonly payeeName: string;
  /** The own identity and the current Noise key; borrowed. */
  readonly keys: Keys;
  /** The payee's Noise key, 32 bytes, by discovery. */
  requireKey(): Promise<Uint8Array>;
  /** That of another device of the payee's, if it has published any. */
  findKey(search: KeySearch): Promise<Uint8Array | undefined>;
  /** Compares the key that a first contact has shown with what is published of the device. Before the channel is used. */
  compare(channel: DialledPayee['channel'], device: string): Promise<void>;
  /** Lets the rules choose a pattern, connects, and tells which it is and why. */
  dial(keys: Partial<Keys> & Omit<Keys, 'signer'>, options: DialDemo): Promise<DialledPayee>;
  /** The request this payment is about, in the name of `payer` (32 bytes). */
  request(payer: Uint8Array): PaykitReceipt;
  /** Asks for the receipt, checks and stores it, and closes the channel. */
  settle(channel: DialledPayee['channel'], request: PaykitReceipt): Promise<Settled>;
  /** The same once more, as after an answer that was lost. */
  askAgain(channel: DialledPayee['channel'], request: PaykitReceipt): Promise<void>;
  /** Sends a request to which nothing can come back. */
  sendOnly(channel: DialledPayee['channel'], request: PaykitReceipt): Promise<Settled>;
}

/** Without an answer there is no receipt, and no story. */
function answering(channel: PaymentChannel | PaymentSender): PaymentChannel {
  if ('receive' in channel) return channel;
  throw new Error('a pattern was chosen that gives no answer');
}

async function thenClosed<Channel extends PaymentChannel | PaymentSender, Result>(
  channel: Channel,
  work: (channel: Channel) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(channel);
  } finally {
    await channel.close();
  }
}

/** The payer's side of one payment. */
export function createPayerSide(
  actor: Actor,
  { payee: whom, port, terms }: Dial,
  { keys, cached }: { readonly keys: Keys; readonly cached: boolean },
): PayerSide {
  const { tell } = actor;
  const payee = zBase32.decode(whom.identity, 32);
  const store = createFileReceiptStore(receiptFolder(personOf(actor).folder));
  return {
    tell,
    payee,
    payeeName: whom.name,
    keys,
    requireKey: () => requireKey(actor, whom, { cached }),
    findKey: (search) => findKey(actor, whom, search),
    async compare({ session }, device) {
      if (session.remoteStatic === undefined) throw new Error('the payee has shown no key');
      const { finder } = personOf(actor).peers;
      const { state, noiseKey } = await finder.learn(payee, session.remoteStatic, { device });
      const verdict = state === 'tofu' ? 'no record names any, so it is taken on trust' : 'a record names it';
      tell(`compares the key ${shortHex(noiseKey)} that it was shown with what is published: ${verdict}`);
    },
    async dial(own, { verifiedStatic, ...options }) {
      const peer = { name: whom.identity, identity: payee, verifiedStatic };
      const connect = () => connectTcp({ host: '127.0.0.1', port });
      const dialled = await dialPayee(own, { ...options, peer, connect });
      const { pattern, reason } = dialled.selection;
      tell(`chooses ${pattern}, session ${shortHex(dialled.channel.session.id)}. ${reason}`);
      return dialled;
    },
    request(payer) {
      const { method: methodId, amount, currency } = terms;
      return createProvisionalReceipt({ payer, payee, methodId, amount, currency });
    },
    async settle(channel, request) {
      const receipt = await thenClosed(answering(channel), (open) =>
        requestReceipt(open, request, { store }),
      );
      tell(
        `asks for ${terms.amount} ${terms.currency}, checks that the confirmation changed nothing, and stores it`,
      );
      return { json: receiptText(receipt) };
    },
    async askAgain(channel, request) {
      await thenClosed(answering(channel), (open) => requestReceipt(open, request, { store }));
      tell('asks again, as if the answer had been lost, and gets the same receipt');
    },
    async sendOnly(channel, request) {
      await thenClosed(channel, (open) => sendOneWayRequest(open as PaymentSender, request));
      tell('sends the one request, and is gone: nothing can come back');
      return { json: receiptText(request) };
    },
  };
}
