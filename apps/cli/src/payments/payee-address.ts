import { type Discovery, formerDevice, isCodedError, type PeerKey, type PublicStorage } from 'pubky-paykit';
import type { Surroundings } from '../home/surroundings.ts';
import { dateText } from '../keys/time-text.ts';
import { sameBytes } from '../same-bytes.ts';
import type { AddressBook } from './address-book.ts';
import { readEndpoint } from './endpoint-file.ts';
import type { HostPort } from './host-port.ts';
import { isNoiseEndpoint, parseNoiseEndpoint } from './noise-endpoint.ts';
import type { PayOptions } from './pay-options.ts';
import { paymentFailure } from './payment-failure.ts';

/** Where to connect, and who says so. */
export interface PayeeAddress extends HostPort {
  /** `remembered`: the payee was reached there before, and its homeserver cannot be asked now. */
  readonly from: 'endpoint' | 'argument' | 'remembered';
  /** Of one that is remembered: when the payee was reached there, in Unix milliseconds. */
  readonly reachedAtMs?: number;
}

/** Where addresses are found. */
export interface AddressSources {
  readonly storage: PublicStorage;
  readonly addresses: AddressBook;
  /** Looks up what became of a key that an address names and another one has replaced. */
  readonly discover: Discovery['discoverNoiseKey'];
}

/** The homeserver could not be asked, which may pass. */
interface Outage {
  /** Of the error behind it. */
  readonly code: string;
}

async function endpointText(
  storage: PublicStorage,
  { payee, method }: PayOptions,
  signal: AbortSignal,
): Promise<string | Outage> {
  try {
    const found = await readEndpoint(storage, payee, method, { signal });
    if (found === undefined) throw paymentFailure('endpoint-missing', { method });
    if (found === 'unreadable') throw paymentFailure('endpoint-malformed', { method });
    return found.text;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const { code } = error;
    if (code === 'HOMESERVER_NO_HOMESERVER') throw paymentFailure('endpoint-missing', { method }, code);
    if (code === 'HOMESERVER_ANSWER_TOO_LARGE') throw paymentFailure('endpoint-malformed', { method }, code);
    if (error.retryable) return { code };
    throw error;
  }
}

/** Whether the payee has signed, in the record of a key that was replaced, that it is still taken: its overlap is not over. */
async function isTakenFormerKey(
  discover: AddressSources['discover'],
  { payee, device }: PayOptions,
  noiseKey: Uint8Array,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const result = await discover(payee, { device: formerDevice(device, noiseKey), signal });
    return result.outcome === 'found' && sameBytes(noiseKey, result.record.noiseKey);
  } catch (error) {
    // A device with so long an id has no former keys.
    if (isCodedError(error) && error.code === 'DISCOVERY_BAD_DEVICE') return false;
    throw error;
  }
}

/** Where the payee was reached before, if it had a key there that it has still. */
async function rememberedAddress(
  addresses: AddressBook,
  { payee, method }: PayOptions,
  { noiseKey, formerKey }: PeerKey,
  { code }: Outage,
  { terminal, signal, clock }: Surroundings,
): Promise<PayeeAddress> {
  const known = await addresses.find(payee, method, signal);
  if (known === undefined || !(sameBytes(known.noiseKey, noiseKey) || sameBytes(known.noiseKey, formerKey))) {
    throw paymentFailure('endpoint-unreachable', {}, code);
  }
  const { host, port, reachedAtMs } = known;
  const date = dateText(reachedAtMs, clock.now());
  terminal.tell(
    `Degraded: nobody can say where the payee listens now (${code}); the address is from ${date}.\n`,
  );
  return { host, port, from: 'remembered', reachedAtMs };
}

/**
 * Finds out where to connect. Whoever can write to the homeserver can write the endpoint: its key is compared with the one
 * that the payee has signed, and never used (P8 §1.7). In an outage, where the payee was reached last has to do.
 *
 * @throws PaymentFailed
 */
export async function payeeAddress(
  { storage, addresses, discover }: AddressSources,
  options: PayOptions,
  key: PeerKey,
  surroundings: Surroundings,
): Promise<PayeeAddress> {
  const { connect, method } = options;
  const { terminal, signal } = surroundings;
  if (connect !== undefined) return { ...connect, from: 'argument' };
  const text = await endpointText(storage, options, signal);
  if (typeof text !== 'string') return rememberedAddress(addresses, options, key, text, surroundings);
  if (!isNoiseEndpoint(text)) throw paymentFailure('endpoint-static', { method });
  const endpoint = parseNoiseEndpoint(text);
  if (endpoint === undefined) throw paymentFailure('endpoint-malformed', { method });
  const { host, port, noiseKey } = endpoint;
  if (!sameBytes(noiseKey, key.noiseKey)) {
    const isFormer =
      sameBytes(noiseKey, key.formerKey) || (await isTakenFormerKey(discover, options, noiseKey, signal));
    if (!isFormer) throw paymentFailure('endpoint-tampered');
    terminal.tell('The address still names the key the payee had before, whose overlap is not over.\n');
  }
  return { host, port, from: 'endpoint' };
}

/**
 * Keeps a published address that a payee has just answered at. One that is not kept fails no payment.
 *
 * @param noiseKey 32 bytes: the payee's.
 */
export async function rememberAddress(
  { addresses }: Pick<AddressSources, 'addresses'>,
  { payee, method }: PayOptions,
  { host, port, from }: PayeeAddress,
  noiseKey: Uint8Array,
  { terminal, signal, clock }: Surroundings,
): Promise<void> {
  if (from !== 'endpoint') return;
  const reachedAtMs = Math.max(0, Math.floor(clock.now()));
  try {
    await addresses.remember({ host, port, payee, method, noiseKey, reachedAtMs }, signal);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    terminal.tell(`The address of the payee could not be kept for an outage (${error.code}).\n`);
  }
}
