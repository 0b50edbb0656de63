import {
  createMemoryPinStore,
  type DialledPayee,
  type DialPayeeOptions,
  dialPayee,
  type IdentitySigner,
  isCodedError,
  type PeerKey,
  type ReceiptStore,
  zBase32,
} from 'pubky-paykit';
import { connectTcp } from 'pubky-paykit/node';
import type { Surroundings } from '../home/surroundings.ts';
import { hostPortText } from './host-port.ts';
import type { OwnNoiseKey } from './own-noise-key.ts';
import { dialling, type PatternChoice } from './pattern-choice.ts';
import type { PayOptions } from './pay-options.ts';
import type { AddressSources, PayeeAddress } from './payee-address.ts';
import { asConnectionFailure } from './payment-failure.ts';

/** What a payer pays with; borrowed. */
export interface PayerParts extends AddressSources {
  readonly options: PayOptions;
  readonly own: OwnNoiseKey;
  readonly signer: IdentitySigner;
  readonly receipts: ReceiptStore;
  readonly surroundings: Surroundings;
}

/** How a payee is called. */
export interface CallTerms {
  /** Nothing of a payee that has published none, and was never met. */
  readonly key: PeerKey | undefined;
  /** What fits if left out. */
  readonly pattern?: PatternChoice | undefined;
  /** Asked in XX about the key that is shown (32 bytes, a copy), before the own one is; only `true` lets it go on. */
  readonly verifyStatic?: ((noiseKey: Uint8Array) => boolean) | undefined;
}

/** The handshake with a key failed: the key may have changed. */
export interface FailedHandshake {
  /** What to throw if it has not. */
  readonly failure: unknown;
  /** The code of the error behind it. */
  readonly code: string;
}

/** Codes of `connect`: no handshake had begun. */
const BEFORE_HANDSHAKE: readonly string[] = [
  'TRANSPORT_INSECURE_HOST',
  'TRANSPORT_CONNECT_FAILED',
  'TRANSPORT_ABORTED',
];

/** Whom a key was looked up for; a key that no record names is known as a pin, and nothing more is said of it. */
async function knownBy(
  { key }: CallTerms,
  name: string,
): Promise<Pick<DialPayeeOptions, 'pins'> & { readonly verifiedStatic?: Uint8Array }> {
  if (key === undefined) return {};
  const { noiseKey, state } = key;
  if (state !== 'tofu') return { verifiedStatic: noiseKey };
  const pins = createMemoryPinStore();
  await pins.keep(name, { noiseKey, pinnedAtMs: 0 });
  return { pins };
}

/**
 * Connects to a payee, and opens a channel.
 *
 * @returns The channel, for the caller to close. @throws PaymentFailed, and whatever is no answer of the payee or the network.
 */
export async function callPayee(
  { options, own, signer, surroundings }: PayerParts,
  { host, port }: PayeeAddress,
  terms: CallTerms,
): Promise<DialledPayee | FailedHandshake> {
  const { signal, clock } = surroundings;
  const { payee, allowInsecure } = options;
  const { pattern, verifyStatic } = terms;
  const name = zBase32.encode(payee);
  const { pins, verifiedStatic } = await knownBy(terms, name);
  let connected = false;
  try {
    return await dialPayee(
      { publicKey: signer.publicKey, noiseKey: own.pair, signer },
      {
        peer: { name, identity: payee, verifiedStatic },
        pins,
        verifyStatic,
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
    const failure = asConnectionFailure(error, hostPortText({ host, port }), pattern);
    const isHandshake = connected && isCodedError(error) && !BEFORE_HANDSHAKE.includes(error.code);
    if (isHandshake && (pattern?.usesPayeeKey ?? true)) return { failure, code: error.code };
    throw failure;
  }
}
