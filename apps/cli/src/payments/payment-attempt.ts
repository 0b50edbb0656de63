import {
  type DialledPayee,
  type PaykitReceipt,
  type PeerKey,
  type PolicySelection,
  requestReceipt,
  sendOneWayRequest,
} from 'pubky-paykit';
import type { Terminal } from '../home/surroundings.ts';
import { type HostPort, hostPortText } from './host-port.ts';
import type { PatternChoice } from './pattern-choice.ts';
import { lookUpFact } from './pattern-facts.ts';
import { type PayOptions, requestOf } from './pay-options.ts';
import { type PayeeAddress, payeeAddress, rememberAddress } from './payee-address.ts';
import { callPayee, type FailedHandshake, type PayerParts } from './payee-call.ts';
import { asAnswerFailure, paymentFailure } from './payment-failure.ts';

/** A payment that was asked for. */
export interface Payment {
  /** Nothing of a payee that has published none, and has signed the session instead. */
  readonly key: PeerKey | undefined;
  readonly address: PayeeAddress;
  readonly selection: PolicySelection;
  /** The receipt; or, of a pattern that brings nothing back, the request that was sent. */
  readonly receipt: PaykitReceipt;
  readonly confirmed: boolean;
}

/** Who says where the payee listens, for people. */
const ADDRESS_ORIGINS: Readonly<Record<PayeeAddress['from'], string>> = {
  endpoint: 'where the payee says it listens',
  argument: 'as you said with --connect',
  remembered: 'where it was reached before',
};

/** Says where the payee is called. */
export function tellConnecting({ tell }: Terminal, address: PayeeAddress): void {
  tell(`Connecting to ${hostPortText(address)}, ${ADDRESS_ORIGINS[address.from]} …\n`);
}

/** Why this pattern: that somebody asked for it is reason enough. */
function reasonText({ pattern }: PayOptions, { reason, degraded }: PolicySelection): string {
  return pattern !== undefined && degraded ? 'Asked for with --pattern.' : reason;
}

/**
 * Asks for the receipt over a channel that is open, and closes it.
 *
 * @throws PaymentFailed, and whatever is no answer of the payee or the network.
 */
export async function askForReceipt(
  { options, receipts, surroundings }: PayerParts,
  { channel, selection, payer }: DialledPayee,
  found: Pick<Payment, 'key' | 'address'>,
): Promise<Payment> {
  const { terminal, signal, clock } = surroundings;
  terminal.tell(`Pattern ${selection.pattern}: ${reasonText(options, selection)}\n`);
  const request = requestOf(options, payer, surroundings);
  try {
    if (!('receive' in channel)) {
      await sendOneWayRequest(channel, request, { clock, signal });
      return { ...found, selection, receipt: request, confirmed: false };
    }
    const receipt = await requestReceipt(channel, request, { store: receipts, clock, signal });
    return { ...found, selection, receipt, confirmed: true };
  } catch (error) {
    throw asAnswerFailure(error, options.settings.given, lookUpFact(selection.pattern));
  } finally {
    await channel.close();
  }
}

/** @throws PaymentFailed where the payee could not find out who pays. */
export function requireFindable({ options, own }: PayerParts, looksUpPayer: boolean | undefined): void {
  const { given } = options.settings;
  if (looksUpPayer && !own.published) throw paymentFailure('own-key-unpublished', { given });
}

/**
 * Connects to the payee with a key that is known, and asks for the receipt.
 *
 * @throws PaymentFailed, and whatever is no answer of the payee or the network.
 */
export async function attemptPayment(
  parts: PayerParts,
  key: PeerKey,
): Promise<Payment | (FailedHandshake & Pick<Payment, 'address'>)> {
  const { options, surroundings } = parts;
  const { pattern } = options;
  requireFindable(parts, pattern?.looksUpPayer);
  const address = await payeeAddress(parts, options, key, surroundings);
  tellConnecting(surroundings.terminal, address);
  const called = await callPayee(parts, address, { key, pattern });
  if ('failure' in called) return { ...called, address };
  const payment = await askForReceipt(parts, called, { key, address });
  // Nothing comes back over a pattern that goes one way: nobody has shown to be there.
  if (payment.confirmed) await rememberAddress(parts, options, address, key.noiseKey, surroundings);
  return payment;
}

/**
 * Connects, at the address the user has given, to a payee that signs the session with its identity, so that no key of it need
 * be known (NN).
 *
 * @throws PaymentFailed, and whatever is no answer of the payee or the network.
 */
export async function attemptWithoutKey(
  parts: PayerParts,
  connect: HostPort,
  pattern: PatternChoice,
): Promise<Payment> {
  const address = { ...connect, from: 'argument' } as const;
  parts.surroundings.terminal.tell('No record names a Noise key of the payee: it has to sign as itself.\n');
  tellConnecting(parts.surroundings.terminal, address);
  const called = await callPayee(parts, address, { key: undefined, pattern });
  if ('failure' in called) throw called.failure;
  return askForReceipt(parts, called, { key: undefined, address });
}
