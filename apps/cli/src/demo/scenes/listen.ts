import { type ListenForPaymentsOptions, listenForPayments } from 'pubky-paykit/node';
import { createFileReceiptStore } from '../../file-receipt-store.ts';
import { type Actor, personOf } from '../actor.ts';
import { oneWayFolder, receiptFolder } from '../demo-folders.ts';
import { type AnswerBox, createAnswerBox, failingLogger } from '../open-port.ts';
import { DEMO_PATTERNS } from '../patterns.ts';
import { createPayerCheck } from '../payer-check.ts';
import type { OpenKeys, Person } from '../person.ts';
import { receiptText } from '../receipt-text.ts';
import type { Scenes } from '../scene.ts';
import { tellingSigner } from '../telling-signer.ts';

type ListenAsks = Scenes['listen']['asks'];

/** What becomes of requests: receipts in one folder, requests nobody has to have sent in another. */
function answersOf(
  { tell }: Pick<Actor, 'tell'>,
  { folder }: Pick<Person, 'folder'>,
  method: string,
  box: AnswerBox,
): Pick<ListenForPaymentsOptions, 'methods' | 'store' | 'generateReceipt' | 'onAnswer' | 'oneWay'> {
  return {
    methods: new Set([method]),
    store: createFileReceiptStore(receiptFolder(folder)),
    generateReceipt: (request) => ({ ...request, metadata: { invoice: `demo-${request.receiptId}` } }),
    onAnswer(answer) {
      if (answer.outcome === 'ignored') return;
      if (answer.outcome === 'refused') {
        tell(`refuses the request with ${answer.reason}: nothing is confirmed, and nothing stored`);
        return box.put({ kind: 'refused', reason: answer.reason });
      }
      if (answer.repeated) return tell('gives the receipt that is stored: asking again pays nothing again');
      tell('checks the request, stores the receipt, and only then confirms it');
      box.put({ kind: 'confirmed', json: receiptText(answer.receipt) });
    },
    oneWay: {
      requests: createFileReceiptStore(oneWayFolder(folder)),
      onNote(note) {
        if (note.outcome === 'refused') return box.fail(`the request was refused: ${note.reason}`);
        if (note.outcome === 'repeated') return;
        tell('notes the request as unverified, apart from the receipts: it must never pass for one');
        box.put({ kind: 'noted', json: receiptText(note.receipt) });
      },
    },
  };
}

/** The key to listen with: that of another device where the pattern wants one that has published nothing. */
async function openListeningKeys(person: Person, { pattern, key }: ListenAsks): Promise<OpenKeys> {
  const { unpublishedDevice } = DEMO_PATTERNS[pattern].payee;
  return unpublishedDevice === undefined ? person.openKeys(key) : person.openKeysOf(unpublishedDevice);
}

/** Opens a port, and leaves it open until `close`. */
export async function listen(actor: Actor, asks: ListenAsks): Promise<Scenes['listen']['gives']> {
  const { tell } = actor;
  const person = personOf(actor);
  const { offer, signing } = DEMO_PATTERNS[asks.pattern].payee;
  const box = createAnswerBox();
  const { publicKey, noiseKey, signer, destroy } = await openListeningKeys(person, asks);
  const signs = signing === undefined ? signer : tellingSigner(signer, tell, signing);
  const server = await listenForPayments({
    identity: { publicKey, noiseKey, signer: signs },
    port: 0,
    patterns: offer,
    logger: failingLogger(box),
    ...answersOf(actor, person, asks.method, box),
    ...createPayerCheck(tell, person.peers.discovery),
  });
  const which = asks.key === 'former' ? ' with the former key' : '';
  const names = (offer.profiles ?? []).map(({ name }) => name).join(' and ');
  tell(`listens on 127.0.0.1:${server.port}${which}, and takes nothing but ${names}`);
  actor.port = {
    answer: box.answer,
    async shut() {
      await server.close();
      destroy();
    },
  };
  return { port: server.port };
}

/** Waits for the answer, then closes the port. */
export async function close(actor: Actor): Promise<Scenes['close']['gives']> {
  const { port } = actor;
  if (port === undefined) throw new Error('no port is open');
  try {
    return await port.answer;
  } finally {
    actor.port = undefined;
    await port.shut();
  }
}
