import type { Logger, PaymentIdentity } from 'pubky-paykit';
import { zBase32 } from 'pubky-paykit';
import { type ListenForPaymentsOptions, listenForPayments } from 'pubky-paykit/node';
import { createFileReceiptStore } from '../file-receipt-store.ts';
import { oneWayFolder, receiptFolder } from './demo-folders.ts';
import type { PayeePart } from './demo-pattern.ts';
import type { PayeeTask, Tell } from './events.ts';
import { makeFreshIdentity } from './fresh-identity.ts';
import type { ParentLink } from './parent-link.ts';
import { DEMO_PATTERNS } from './patterns.ts';
import { createPayeeStory } from './payee-story.ts';
import { receiptText } from './receipt-text.ts';
import { shortHex } from './short-id.ts';
import { tellingSigner } from './telling-signer.ts';

/** Ends the demo of one payee that cannot do what it is there for. */
type Fail = (reason: string) => void;

/** In a demo every connection has to succeed: one that fails is the end of it. */
function failingLogger(fail: Fail): Logger {
  const ignore = (): void => {};
  const warn: Logger['warn'] = (message, { error } = {}) => {
    if (error !== undefined) fail(`${message}: ${error}`);
  };
  return { debug: ignore, info: ignore, warn, error: warn };
}

/** What becomes of requests: receipts in one folder, requests nobody has to have sent in another. */
function answersOf(
  { folder, method }: PayeeTask,
  tell: Tell,
  fail: Fail,
): Pick<ListenForPaymentsOptions, 'methods' | 'store' | 'generateReceipt' | 'onAnswer' | 'oneWay'> {
  return {
    methods: new Set([method]),
    store: createFileReceiptStore(receiptFolder(folder)),
    generateReceipt: (request) => ({ ...request, metadata: { invoice: `demo-${request.receiptId}` } }),
    onAnswer(answer) {
      if (answer.outcome === 'refused') return fail(`the request was refused: ${answer.reason}`);
      if (answer.outcome !== 'confirmed') return;
      if (answer.repeated) return tell('gave the receipt it had stored: asking again pays nothing again');
      const json = receiptText(answer.receipt);
      tell('checked the request, stored the receipt and confirmed it', { kind: 'outcome', json });
    },
    oneWay: {
      requests: createFileReceiptStore(oneWayFolder(folder)),
      onNote(note) {
        if (note.outcome === 'refused') return fail(`the request was refused: ${note.reason}`);
        if (note.outcome === 'repeated') return;
        const json = receiptText(note.receipt);
        tell('noted the request as unverified, apart from its receipts', { kind: 'outcome', json });
      },
    },
  };
}

function signing(identity: PaymentIdentity, { signing: step }: PayeePart, tell: Tell): PaymentIdentity {
  return step === undefined ? identity : { ...identity, signer: tellingSigner(identity.signer, tell, step) };
}

async function serve(
  task: PayeeTask,
  identity: PaymentIdentity,
  { tell, book, finished }: ParentLink,
): Promise<void> {
  const { payee } = DEMO_PATTERNS[task.pattern];
  if (payee.announces) {
    await book.announce(identity.publicKey, identity.noiseKey.publicKey);
    tell(`announced its Noise key ${shortHex(identity.noiseKey.publicKey)} in the address book`);
  }
  let fail: Fail = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (reason) => reject(new Error(reason));
  });
  const server = await listenForPayments({
    identity: signing(identity, payee, tell),
    port: 0,
    patterns: payee.offer,
    logger: failingLogger((reason) => fail(reason)),
    ...answersOf(task, tell, (reason) => fail(reason)),
    ...createPayeeStory(tell, book.lookUp),
  });
  try {
    tell(`listens on 127.0.0.1:${server.port}`, {
      kind: 'address',
      port: server.port,
      identity: zBase32.encode(identity.publicKey),
    });
    await Promise.race([finished, failed]);
  } finally {
    await server.close();
  }
}

/** The payee of the demo: answers until the payer has what it came for, and ends. */
export async function runPayee(task: PayeeTask, link: ParentLink): Promise<void> {
  const identity = makeFreshIdentity(link.tell);
  try {
    await serve(task, identity, link);
  } finally {
    identity.destroy();
  }
}
