// Runs the vectors it is given through Noise, then one whole payment; a page calls this and reports what comes out.
import * as parts from '@pubky-paykit/noise-core/noble';
import { parseVectorFile, runVector } from '@pubky-paykit/noise-core/testing';
import {
  acceptPaymentChannel,
  createMemoryReceiptStore,
  createPaymentIdentity,
  createProvisionalReceipt,
  memoryStreamPair,
  openPaymentChannel,
  requestReceipt,
  serveChannel,
  systemRandom,
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

async function pay() {
  const [payer, payee] = [systemRandom.bytes(32), systemRandom.bytes(32)].map((seed) =>
    createPaymentIdentity(seed),
  );
  const [here, there] = memoryStreamPair();
  const serving = acceptPaymentChannel(there, payee).then((channel) =>
    serveChannel(channel, {
      self: payee.publicKey,
      peer: channel.session.remoteIdentity,
      methods: new Set(['lightning']),
      generateReceipt: (request) => request,
      store: createMemoryReceiptStore(),
    }),
  );
  const channel = await openPaymentChannel(here, payer, { remoteStatic: payee.noiseKey.publicKey });
  const terms = {
    payer: payer.publicKey,
    payee: payee.publicKey,
    methodId: 'lightning',
    amount: '1',
    currency: 'SAT',
  };
  const receipt = await requestReceipt(channel, createProvisionalReceipt(terms), {
    store: createMemoryReceiptStore(),
  });
  await channel.close();
  await serving;
  return receipt.amount;
}

/** @param {string} file A file of Noise vectors, as text. */
globalThis.runEverything = async (file) => ({ vectors: runVectors(file), paid: await pay() });
