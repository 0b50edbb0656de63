import { createPaymentIdentity, encodeReceipt, hex, systemRandom, wipe, zBase32 } from 'pubky-paykit';
import { listenForPayments } from 'pubky-paykit/node';
import { createFileReceiptStore } from '../file-receipt-store.ts';
import type { DemoTask, Narrator } from './events.ts';
import { shortId } from './short-id.ts';

/** The payee of the demo: waits for one payment request, confirms it, stores the receipt, and ends. */
export async function runPayee(
  task: Extract<DemoTask, { role: 'payee' }>,
  { tell }: Narrator,
): Promise<void> {
  const seed = systemRandom.bytes(32);
  const identity = createPaymentIdentity(seed, { device: 'demo' });
  wipe(seed);
  tell(`made a fresh identity, ${shortId(zBase32.encode(identity.publicKey))}`);
  const store = createFileReceiptStore(task.folder);
  await new Promise<void>((resolve, reject) => {
    const listening = listenForPayments({
      identity,
      port: 0,
      methods: new Set([task.method]),
      store,
      generateReceipt: (request) => ({ ...request, metadata: { invoice: `demo-${request.receiptId}` } }),
      onSession: (session) =>
        tell(`accepted an ${session.pattern} handshake, session ${shortId(hex.encode(session.id))}`),
      onAnswer(answer) {
        if (answer.outcome === 'refused') reject(new Error(`the request was refused: ${answer.reason}`));
        if (answer.outcome !== 'confirmed') return;
        const json = new TextDecoder().decode(encodeReceipt(answer.receipt));
        tell('checked the request, stored the receipt and confirmed it', {
          kind: 'receipt',
          json,
          path: task.folder,
        });
        void listening.then((server) => server.close()).then(resolve);
      },
    });
    listening.then(({ port }) => {
      tell(`listens on 127.0.0.1:${port}`, {
        kind: 'address',
        port,
        identity: zBase32.encode(identity.publicKey),
        noiseKey: hex.encode(identity.noiseKey.publicKey),
      });
    }, reject);
  });
  identity.destroy();
}
