import {
  connectPeerKeys,
  hex,
  type KeyFinderEvent,
  type PeerKey,
  type PeerKeys,
  zBase32,
} from 'pubky-paykit';
import { openHome, requireSecret } from '../home/open-home.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { sameBytes } from '../same-bytes.ts';
import { openAddressBook } from './address-book.ts';
import { payAtFirstContact, requireSameKey } from './first-contact.ts';
import { hostPortText } from './host-port.ts';
import { withNewerKey } from './newer-key.ts';
import { ownNoiseKey } from './own-noise-key.ts';
import { failureLine, payFailure } from './pay-failure-line.ts';
import { PAY_HELP, type PayOptions, readPayOptions } from './pay-options.ts';
import type { PayerParts } from './payee-call.ts';
import { EVENT_TEXTS, soughtKey } from './payee-key.ts';
import { attemptPayment, attemptWithoutKey, type Payment } from './payment-attempt.ts';
import { keyFailure, paymentFailure } from './payment-failure.ts';
import { openPaymentStores } from './payment-folders.ts';
import { receiptFacts, receiptLines } from './receipt-report.ts';

/** Where no record names a key: signed by the payee's identity, or at a first contact. @throws PaymentFailed */
function payStranger(parts: PayerParts, keys: PeerKeys): Promise<Payment> {
  const { connect, pattern } = parts.options;
  const isSigned = connect !== undefined && pattern !== undefined && !pattern.usesPayeeKey;
  return isSigned ? attemptWithoutKey(parts, connect, pattern) : payAtFirstContact(parts, keys);
}

/**
 * One attempt with the key that is found, and one more if the handshake fails and the key has changed meanwhile.
 *
 * @throws PaymentFailed
 */
async function pay(parts: PayerParts, keys: PeerKeys): Promise<Payment> {
  const { options, surroundings } = parts;
  const { payee, device } = options;
  const { terminal, signal } = surroundings;
  const { finder, cache } = keys;
  const call = { device, signal };
  const first = await soughtKey(() => finder.find(payee, call), parts, cache);
  if (first === undefined) return payStranger(parts, keys);
  const attempt = await attemptPayment(parts, first);
  if (!('failure' in attempt)) return attempt;
  terminal.tell('The handshake failed; looking the key up again.\n');
  const { noiseKey, state } = first;
  const second = await soughtKey(() => finder.handshakeFailed(payee, noiseKey, call), parts, cache);
  if (second === undefined) throw keyFailure('absent', device);
  if (sameBytes(second.noiseKey, noiseKey)) {
    if (state === 'tofu') await requireSameKey(parts, keys, first, attempt.address);
    throw attempt.failure;
  }
  terminal.tell('The payee has changed its key; trying once more.\n');
  const again = await attemptPayment(parts, second);
  if ('failure' in again) throw again.failure;
  return again;
}

function keyFacts({ noiseKey, state, reason, from, source, degraded }: PeerKey): object {
  return { noiseKey: hex.encode(noiseKey), state, reason, from, source, degraded };
}

function factsOf({ device }: PayOptions, { key, address, selection, receipt, confirmed }: Payment): object {
  return {
    outcome: confirmed ? 'confirmed' : 'sent',
    device,
    key: key === undefined ? null : keyFacts(key),
    address: hostPortText(address),
    addressFrom: address.from,
    addressReachedAtMs: address.reachedAtMs,
    pattern: selection.pattern,
    rule: selection.rule,
    receipt: receiptFacts(receipt),
  };
}

function textOf({ receipt, confirmed }: Payment): string {
  const heading = confirmed
    ? 'The payee confirmed the receipt, and it is kept:\n'
    : 'The request was sent one way, and not confirmed: nobody says whether it came or was taken, and there is no receipt. This is no payment:\n';
  return heading + receiptLines(receipt);
}

/** Pays with the identity of a home, and says what came of it. @throws PaymentFailed, HomeFailed, and what libraries throw */
async function payFromHome(options: PayOptions, surroundings: Surroundings): Promise<void> {
  const { terminal, clock, random } = surroundings;
  const home = await openHome(options.settings, surroundings);
  try {
    const { signer } = requireSecret(home, 'no seed');
    if (sameBytes(options.payee, home.identity)) throw paymentFailure('oneself');
    const { network, store, folder, dht } = home;
    const sources = dht === undefined ? [] : [dht.source];
    terminal.tell(`Looking up ${zBase32.encode(options.payee)} …\n`);
    const onEvent = ({ kind }: KeyFinderEvent): void => terminal.tell(EVENT_TEXTS[kind] ?? '');
    const keys = connectPeerKeys({ network, store, sources, clock, random, onEvent });
    const own = await ownNoiseKey(home, surroundings);
    try {
      const storage = network.homeserver.storage;
      const { receipts } = openPaymentStores(folder);
      const addresses = openAddressBook(store, { clock });
      const discover = keys.discovery.discoverNoiseKey;
      const parts = { options, own, signer, storage, addresses, discover, receipts, surroundings };
      const payment = await pay(parts, keys).catch(async (error: unknown) => {
        throw await withNewerKey(error, parts);
      });
      const text = options.json ? `${JSON.stringify(factsOf(options, payment))}\n` : textOf(payment);
      terminal.write(text);
    } finally {
      own.pair.destroy();
    }
  } finally {
    await home.close();
  }
}

/** `paykit pay` [F1] [F3]. @throws UsageError, CommandFailed, and whatever is no answer of the payee or the network. */
export async function runPay(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { environment, terminal, signal } = surroundings;
  const options = readPayOptions(args, environment);
  if (options === undefined) return terminal.write(PAY_HELP);
  try {
    await payFromHome(options, surroundings);
  } catch (thrown) {
    const failure = payFailure(thrown, options);
    // Told to end: nobody waits for a line.
    if (options.json && !signal.aborted) terminal.write(failureLine(thrown, failure));
    throw failure;
  }
}
