// Runs the vectors it is given through Noise, then one whole payment in every pattern; a page calls this and reports what comes out.
import * as parts from '@pubky-paykit/noise-core/noble';
import { parseVectorFile, runVector } from '@pubky-paykit/noise-core/testing';
import {
  acceptPaymentChannel,
  createMemoryPinStore,
  createMemoryReceiptStore,
  createPaymentIdentity,
  createProvisionalReceipt,
  IK,
  IK_RAW,
  memoryStreamPair,
  N,
  NN,
  offerPatterns,
  openPaymentChannel,
  payerOf,
  requestReceipt,
  sendOneWayRequest,
  serveChannel,
  serveOneWayChannel,
  systemRandom,
  XX,
} from 'pubky-paykit';

const PARTS = {
  dh: [parts.x25519, parts.x448],
  cipher: [parts.chachaPoly, parts.aesGcm],
  hash: [parts.sha256, parts.sha512, parts.blake2s, parts.blake2b],
};

/** @param {string} file */
function runVectors(file) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const vector of parseVectorFile(file)) counts[runVector(vector, PARTS).result] += 1;
  return counts;
}

const TERMS = { methodId: 'lightning', amount: '1', currency: 'SAT' };

/** One payment over each pattern that has an answer, and one request over N. */
async function payInEveryPattern() {
  const [payer, payee] = [systemRandom.bytes(32), systemRandom.bytes(32)].map((seed) =>
    createPaymentIdentity(seed),
  );
  const offer = offerPatterns(payee, { profiles: [IK, IK_RAW, N, NN, XX], allowStatic: 'anyone' });
  const remoteStatic = payee.noiseKey.publicKey;
  const trust = { trustOnFirstUse: createMemoryPinStore(), peer: 'payee' };
  const openings = [
    { profile: IK, remoteStatic },
    { profile: IK_RAW, remoteStatic },
    { profile: NN, expectedIdentity: payee.publicKey },
    { profile: XX, trust },
    { profile: N, remoteStatic },
  ];
  const rules = { self: payee.publicKey, methods: new Set(['lightning']) };
  const paid = [];
  for (const opening of openings) {
    const [here, there] = memoryStreamPair();
    const noted = [];
    const serving = acceptPaymentChannel(there, offer).then((channel) =>
      channel.session.oneWay
        ? serveOneWayChannel(channel, {
            ...rules,
            requests: createMemoryReceiptStore(),
            onNote: ({ outcome }) => noted.push(outcome),
          })
        : serveChannel(channel, {
            ...rules,
            peer: payerOf(channel.session, () => [payer.noiseKey.publicKey]),
            generateReceipt: (request) => request,
            store: createMemoryReceiptStore(),
          }),
    );
    const channel = await openPaymentChannel(here, payer, opening);
    const request = createProvisionalReceipt({ ...TERMS, payer: payer.publicKey, payee: payee.publicKey });
    if (channel.session.oneWay) await sendOneWayRequest(channel, request);
    else paid.push((await requestReceipt(channel, request, { store: createMemoryReceiptStore() })).amount);
    await channel.close();
    await serving;
    paid.push(...noted);
  }
  return paid.join(' ');
}

/** @param {string} file A file of Noise vectors, as text. */
globalThis.runEverything = async (file) => ({ vectors: runVectors(file), paid: await payInEveryPattern() });
