import {
  createPaymentIdentity,
  createProvisionalReceipt,
  encodeReceipt,
  hex,
  openPaymentChannel,
  requestReceipt,
  systemRandom,
  wipe,
  zBase32,
} from 'pubky-paykit';
import { connectTcp } from 'pubky-paykit/node';
import { createFileReceiptStore } from '../file-receipt-store.ts';
import type { DemoTask, Narrator } from './events.ts';
import { shortId } from './short-id.ts';

/** The payer of the demo: connects, asks for a receipt, checks and stores it, and ends. */
export async function runPayer(
  task: Extract<DemoTask, { role: 'payer' }>,
  { tell }: Narrator,
): Promise<void> {
  const seed = systemRandom.bytes(32);
  const identity = createPaymentIdentity(seed, { device: 'demo' });
  wipe(seed);
  tell(`made a fresh identity, ${shortId(zBase32.encode(identity.publicKey))}`);
  const stream = await connectTcp({ host: '127.0.0.1', port: task.port });
  tell(`connected to 127.0.0.1:${task.port}`);
  const channel = await openPaymentChannel(stream, identity, {
    remoteStatic: hex.decode(task.payeeNoiseKey, 32),
  });
  try {
    const { session } = channel;
    tell(`finished the ${session.pattern} handshake, session ${shortId(hex.encode(session.id))}`);
    const provisional = createProvisionalReceipt({
      payer: identity.publicKey,
      payee: zBase32.decode(task.payee, 32),
      methodId: task.method,
      amount: task.amount,
      currency: task.currency,
    });
    const receipt = await requestReceipt(channel, provisional, {
      store: createFileReceiptStore(task.folder),
    });
    const json = new TextDecoder().decode(encodeReceipt(receipt));
    tell(`asked for ${task.amount} ${task.currency}, checked the confirmation and stored it`, {
      kind: 'receipt',
      json,
      path: task.folder,
    });
  } finally {
    await channel.close();
    identity.destroy();
  }
}
