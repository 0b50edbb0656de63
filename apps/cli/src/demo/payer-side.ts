import {
  type ByteStream,
  createProvisionalReceipt,
  type PaykitReceipt,
  type PaymentChannel,
  type PaymentIdentity,
  requestReceipt,
  type SessionFacts,
  zBase32,
} from 'pubky-paykit';
import { connectTcp } from 'pubky-paykit/node';
import { createFileReceiptStore } from '../file-receipt-store.ts';
import { receiptFolder } from './demo-folders.ts';
import type { PayerTask } from './events.ts';
import { makeFreshIdentity } from './fresh-identity.ts';
import type { ParentLink } from './parent-link.ts';
import { receiptText } from './receipt-text.ts';
import { shortHex, shortIdentity } from './short-id.ts';

/** What a payer can do in every pattern. */
export interface PayerSide extends Pick<ParentLink, 'tell' | 'book'> {
  /** 32 bytes. */
  readonly payee: Uint8Array;
  /** Destroyed when the payer is done. */
  makeIdentity(): PaymentIdentity;
  /** Makes the Noise key known, so that the payee can find out whose it is. */
  announce(identity: PaymentIdentity): Promise<void>;
  /** The payee's Noise key, 32 bytes, as it stands in the address book. */
  findPayeeKey(): Promise<Uint8Array>;
  connect(): Promise<ByteStream>;
  /** The request this payment is about, in the name of `payer` (32 bytes). */
  request(payer: Uint8Array): PaykitReceipt;
  tellHandshake(session: SessionFacts): void;
  /** Asks for the receipt, checks and stores it, and closes the channel. */
  pay(channel: PaymentChannel, request: PaykitReceipt): Promise<void>;
  /** Asks for the receipt of `pay` once more, as after an answer that was lost, and closes the channel. */
  askAgain(channel: PaymentChannel, request: PaykitReceipt): Promise<void>;
}

/** The payer's side of one task. Whoever makes it destroys what is in `identities` in the end. */
export function createPayerSide(
  task: PayerTask,
  { tell, book }: Pick<ParentLink, 'tell' | 'book'>,
  identities: PaymentIdentity[],
): PayerSide {
  const payee = zBase32.decode(task.payee, 32);
  const store = createFileReceiptStore(receiptFolder(task.folder));
  const settle = async (channel: PaymentChannel, request: PaykitReceipt): Promise<PaykitReceipt> => {
    try {
      return await requestReceipt(channel, request, { store });
    } finally {
      await channel.close();
    }
  };
  return {
    tell,
    book,
    payee,
    makeIdentity() {
      const identity = makeFreshIdentity(tell);
      identities.push(identity);
      return identity;
    },
    async announce({ publicKey, noiseKey }) {
      await book.announce(publicKey, noiseKey.publicKey);
      tell(`announced its Noise key ${shortHex(noiseKey.publicKey)} in the address book`);
    },
    async findPayeeKey() {
      const [found] = await book.lookUp(payee, {});
      if (found === undefined) throw new Error('the payee has announced no Noise key');
      tell(`looked up the payee ${shortIdentity(payee)}: Noise key ${shortHex(found)}`);
      return found;
    },
    async connect() {
      const stream = await connectTcp({ host: '127.0.0.1', port: task.port });
      tell(`connected to 127.0.0.1:${task.port}`);
      return stream;
    },
    request(payer) {
      const { method: methodId, amount, currency } = task;
      return createProvisionalReceipt({ payer, payee, methodId, amount, currency });
    },
    tellHandshake: ({ pattern, id }) => tell(`finished the ${pattern} handshake, session ${shortHex(id)}`),
    async pay(channel, request) {
      const receipt = await settle(channel, request);
      tell(`asked for ${task.amount} ${task.currency}, checked the confirmation and stored it`, {
        kind: 'outcome',
        json: receiptText(receipt),
      });
    },
    async askAgain(channel, request) {
      await settle(channel, request);
      tell('asked again, as if the answer had been lost, and got the same receipt');
    },
  };
}
