import {
  dialPayee,
  type IdentitySigner,
  isCodedError,
  type PaykitReceipt,
  type PeerKey,
  type PolicySelection,
  type PublicStorage,
  type ReceiptStore,
  requestReceipt,
  sendOneWayRequest,
  zBase32,
} from 'pubky-paykit';
import { connectTcp } from 'pubky-paykit/node';
import type { Surroundings } from '../home/surroundings.ts';
import { hostPortText } from './host-port.ts';
import type { OwnNoiseKey } from './own-noise-key.ts';
import { dialling } from './pattern-choice.ts';
import { type PayOptions, requestOf } from './pay-options.ts';
import { type PayeeAddress, payeeAddress } from './payee-address.ts';
import { asAnswerFailure, asConnectionFailure, paymentFailure } from './payment-failure.ts';

/** What a payer pays with; borrowed. */
export interface PayerParts {
  readonly options: PayOptions;
  readonly own: OwnNoiseKey;
  readonly signer: IdentitySigner;
  readonly storage: PublicStorage;
  readonly receipts: ReceiptStore;
  readonly surroundings: Surroundings;
}

/** A payment that was asked for. */
export interface Payment {
  readonly key: PeerKey;
  readonly address: PayeeAddress;
  readonly selection: PolicySelection;
  /** The receipt; or, of a pattern that brings nothing back, the request that was sent. */
  readonly receipt: PaykitReceipt;
  readonly confirmed: boolean;
}

/** The handshake with a key failed: the key may have changed. */
export interface FailedHandshake {
  /** What to throw if it has not. */
  readonly failure: unknown;
}

/** Codes of `connect`: no handshake had begun. */
const BEFORE_HANDSHAKE: readonly string[] = [
  'TRANSPORT_INSECURE_HOST',
  'TRANSPORT_CONNECT_FAILED',
  'TRANSPORT_ABORTED',
];

/** Who says where the payee listens, for people. */
const ADDRESS_ORIGINS: Readonly<Record<PayeeAddress['from'], string>> = {
  endpoint: 'where the payee says it listens',
  argument: 'as you said with --connect',
};

/** Why this pattern: that somebody asked for it is reason enough. */
function reasonText({ pattern }: PayOptions, { reason, degraded }: PolicySelection): string {
  return pattern !== undefined && degraded ? 'Asked for with --pattern.' : reason;
}

/**
 * Connects to the payee with a key that was looked up, and asks for the receipt.
 *
 * @throws PaymentFailed, and whatever is no answer of the payee or the network.
 */
export async function attemptPayment(
  { options, own, signer, storage, receipts, surroundings }: PayerParts,
  key: PeerKey,
): Promise<Payment | FailedHandshake> {
  const { terminal, signal, clock } = surroundings;
  const { payee, allowInsecure, pattern } = options;
  const { given } = options.settings;
  if (pattern?.looksUpPayer && !own.published) throw paymentFailure('own-key-unpublished', { given });
  const address = await payeeAddress(storage, options, key, surroundings);
  const shown = hostPortText(address);
  terminal.tell(`Connecting to ${shown}, ${ADDRESS_ORIGINS[address.from]} …\n`);
  const { host, port } = address;
  let connected = false;
  let dialled: Awaited<ReturnType<typeof dialPayee>>;
  try {
    dialled = await dialPayee(
      { publicKey: signer.publicKey, noiseKey: own.pair, signer },
      {
        peer: { name: zBase32.encode(payee), identity: payee, verifiedStatic: key.noiseKey },
        published: own.published,
        async connect(call) {
          const stream = await connectTcp({ host, port, allowInsecure, clock, ...call });
          connected = true;
          return stream;
        },
        clock,
        signal,
        ...(pattern && dialling(pattern)),
      },
    );
  } catch (error) {
    const failure = asConnectionFailure(error, shown);
    const isHandshake = connected && isCodedError(error) && !BEFORE_HANDSHAKE.includes(error.code);
    if (isHandshake && (pattern?.usesPayeeKey ?? true)) return { failure };
    throw failure;
  }
  const { channel, selection, payer } = dialled;
  terminal.tell(`Pattern ${selection.pattern}: ${reasonText(options, selection)}\n`);
  const request = requestOf(options, payer, surroundings);
  try {
    if (!('receive' in channel)) {
      await sendOneWayRequest(channel, request, { clock, signal });
      return { key, address, selection, receipt: request, confirmed: false };
    }
    const receipt = await requestReceipt(channel, request, { store: receipts, clock, signal });
    return { key, address, selection, receipt, confirmed: true };
  } catch (error) {
    throw asAnswerFailure(error, given);
  } finally {
    await channel.close();
  }
}
