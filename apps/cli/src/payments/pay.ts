import {
  connectPeerKeys,
  hex,
  type KeyFinder,
  type KeyFinderEvent,
  type PeerKey,
  zBase32,
} from 'pubky-paykit';
import { openHome, requireSecret } from '../home/open-home.ts';
import type { Surroundings, Terminal } from '../home/surroundings.ts';
import { hostPortText } from './host-port.ts';
import { ownNoiseKey } from './own-noise-key.ts';
import { PAY_HELP, type PayOptions, readPayOptions } from './pay-options.ts';
import { attemptPayment, type PayerParts, type Payment } from './payment-attempt.ts';
import { asKeyFailure, keyFailure, PaymentFailed, withCallAdvice } from './payment-failure.ts';
import { openPaymentStores } from './payment-folders.ts';
import { receiptFacts, receiptLines } from './receipt-report.ts';

/** Hex digits of a key that people are shown. */
const SHOWN_DIGITS = 16;

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** Why a key is the one to use, for people. */
const KEY_REASONS: Readonly<Record<PeerKey['reason'], string>> = {
  cached: 'known, and looked up a short time ago',
  discovered: 'looked up, and new here',
  confirmed: 'looked up, and the one known before',
  rotated: 'looked up: the payee has changed its key',
  unreachable: 'known from before; nobody could be asked whether it is still good',
  unconfirmed: 'known from before; what is published now cannot be used',
  'first-contact': 'shown at first contact; no record names it',
};

function tellKey({ tell }: Terminal, { noiseKey, state, reason, source, degraded, problem }: PeerKey): void {
  const from = source === undefined ? '' : `, from ${source}`;
  tell(`Key ${hex.encode(noiseKey).slice(0, SHOWN_DIGITS)}… is ${state}: ${KEY_REASONS[reason]}${from}.\n`);
  if (degraded) {
    tell(`Degraded: if the payee has revoked this key since, it cannot be seen now (${problem?.code}).\n`);
  }
}

/** What is worth telling of changes a look-up has found. */
const EVENT_TEXTS: Readonly<Partial<Record<KeyFinderEvent['kind'], string>>> = {
  revoked: 'The payee has revoked the key that was known.\n',
  recovered: 'The key of the payee could be looked up again.\n',
};

/** @throws PaymentFailed */
async function sought(
  search: () => Promise<PeerKey | undefined>,
  device: string,
  terminal: Terminal,
): Promise<PeerKey> {
  let key: PeerKey | undefined;
  try {
    key = await search();
  } catch (error) {
    throw asKeyFailure(error, device);
  }
  if (key === undefined) throw keyFailure('absent', device);
  tellKey(terminal, key);
  return key;
}

/**
 * One attempt with the key that is found, and one more if the handshake fails and the key has changed meanwhile.
 *
 * @throws PaymentFailed
 */
async function pay(parts: PayerParts, finder: KeyFinder): Promise<Payment> {
  const { options, surroundings } = parts;
  const { payee, device } = options;
  const { terminal, signal } = surroundings;
  const call = { device, signal };
  const first = await sought(() => finder.find(payee, call), device, terminal);
  const attempt = await attemptPayment(parts, first);
  if (!('failure' in attempt)) return attempt;
  terminal.tell('The handshake failed; looking the key up again.\n');
  const second = await sought(() => finder.handshakeFailed(payee, first.noiseKey, call), device, terminal);
  if (sameBytes(second.noiseKey, first.noiseKey)) throw attempt.failure;
  terminal.tell('The payee has changed its key; trying once more.\n');
  const again = await attemptPayment(parts, second);
  if ('failure' in again) throw again.failure;
  return again;
}

function factsOf({ device }: PayOptions, { key, address, selection, receipt, confirmed }: Payment): object {
  const { noiseKey, state, reason, from, source, degraded } = key;
  return {
    outcome: confirmed ? 'confirmed' : 'sent',
    device,
    key: { noiseKey: hex.encode(noiseKey), state, reason, from, source, degraded },
    address: hostPortText(address),
    addressFrom: address.from,
    pattern: selection.pattern,
    rule: selection.rule,
    receipt: receiptFacts(receipt),
  };
}

function failureLine({ problem, message }: PaymentFailed): string {
  return `${JSON.stringify({ outcome: 'failed', problem, message })}\n`;
}

function textOf({ receipt, confirmed }: Payment): string {
  const heading = confirmed
    ? 'The payee confirmed the receipt, and it is kept:\n'
    : 'The request was sent. Nobody says whether it came, and there is no receipt:\n';
  return heading + receiptLines(receipt);
}

/** `paykit pay` [F1] [F3]. @throws PaymentFailed, HomeFailed */
export async function runPay(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { environment, terminal, clock, random } = surroundings;
  const options = readPayOptions(args, environment);
  if (options === undefined) return terminal.write(PAY_HELP);
  const home = await openHome(options.settings, surroundings);
  try {
    const { signer } = requireSecret(home);
    const { network, store, folder } = home;
    terminal.tell(`Looking up ${zBase32.encode(options.payee)} …\n`);
    const onEvent = ({ kind }: KeyFinderEvent): void => terminal.tell(EVENT_TEXTS[kind] ?? '');
    const { finder } = connectPeerKeys({ network, store, clock, random, onEvent });
    const own = await ownNoiseKey(home, surroundings);
    try {
      const storage = network.homeserver.storage;
      const { receipts } = openPaymentStores(folder);
      const parts = { options, own, signer, storage, receipts, surroundings };
      const payment = await pay(parts, finder).catch((thrown) => {
        const error = withCallAdvice(thrown, options.settings);
        if (options.json && error instanceof PaymentFailed) terminal.write(failureLine(error));
        throw error;
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
