import { isCodedError, type PeerKey, type PublicStorage } from 'pubky-paykit';
import type { Surroundings } from '../home/surroundings.ts';
import { readEndpoint } from './endpoint-file.ts';
import type { HostPort } from './host-port.ts';
import { isNoiseEndpoint, parseNoiseEndpoint } from './noise-endpoint.ts';
import type { PayOptions } from './pay-options.ts';
import { paymentFailure } from './payment-failure.ts';

/** Where to connect, and who says so. */
export interface PayeeAddress extends HostPort {
  readonly from: 'endpoint' | 'argument';
}

async function endpointText(
  storage: PublicStorage,
  { payee, method }: PayOptions,
  signal: AbortSignal,
): Promise<string> {
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
    if (error.retryable) throw paymentFailure('endpoint-unreachable', {}, code);
    throw error;
  }
}

const isSame = (one: Uint8Array, other: Uint8Array | undefined): boolean =>
  other !== undefined && Buffer.compare(one, other) === 0;

/**
 * Finds out where to connect. Whoever can write to the homeserver can write the endpoint: its key is compared with the one
 * that the payee has signed, and never used (P8 §1.7).
 *
 * @throws PaymentFailed
 */
export async function payeeAddress(
  storage: PublicStorage,
  options: PayOptions,
  key: PeerKey,
  { terminal, signal }: Surroundings,
): Promise<PayeeAddress> {
  const { connect, method } = options;
  if (connect !== undefined) return { ...connect, from: 'argument' };
  const text = await endpointText(storage, options, signal);
  if (!isNoiseEndpoint(text)) throw paymentFailure('endpoint-static', { method });
  const endpoint = parseNoiseEndpoint(text);
  if (endpoint === undefined) throw paymentFailure('endpoint-malformed', { method });
  const { host, port, noiseKey } = endpoint;
  if (isSame(noiseKey, key.formerKey)) {
    terminal.tell(
      'The address still names the key the payee had before; it may have to start `paykit receive` again.\n',
    );
  } else if (!isSame(noiseKey, key.noiseKey)) {
    throw paymentFailure('endpoint-tampered');
  }
  return { host, port, from: 'endpoint' };
}
