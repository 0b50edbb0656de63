import {
  type DialOptions,
  dialPeer,
  measureHandshake,
  PatternsError,
  type PolicySelection,
} from '@pubky-paykit/patterns';
import {
  type CancelSignal,
  hex,
  isCodedError,
  noTelemetry,
  systemClock,
  type Telemetry,
} from '@pubky-paykit/primitives';
import { type ByteStream, type ChannelOptions, TransportError } from '@pubky-paykit/transport';
import { type PaymentChannel, type PaymentSender, runPaymentHandshake } from './payment-channel.ts';
import { createThrowAwayPayer, type PaymentIdentity } from './payment-identity.ts';

/** Bytes of a public key that an error shows. */
const SHOWN_KEY_BYTES = 8;

/** How a peer that cannot read the first message lets us know. */
const BROKEN_OFF: readonly string[] = ['TRANSPORT_HANDSHAKE_CUT', 'TRANSPORT_CONNECTION_LOST'];

/** How {@link dialPayee} chooses and connects. */
export type DialPayeeOptions = Omit<DialOptions, 'own'> &
  ChannelOptions & {
    /**
     * Opens the stream, once the pattern is chosen: a peer that cannot be dialled is not even connected to. It should end
     * when the signal is aborted; a stream that comes later is aborted.
     */
    readonly connect: (options: { readonly signal?: CancelSignal | undefined }) => Promise<ByteStream>;
    /** Whether the own Noise key stands in a published record; `true` if not given. */
    readonly published?: boolean | undefined;
    /** Counts handshakes by pattern, outcome and experiment arm, and records their duration. */
    readonly telemetry?: Telemetry | undefined;
  };

/** The stream, unless the signal is aborted before. @throws TRANSPORT_ABORTED, and what `connect` throws. */
async function connected(
  connect: DialPayeeOptions['connect'],
  signal: CancelSignal | undefined,
): Promise<ByteStream> {
  const aborted = () =>
    new TransportError('TRANSPORT_ABORTED', { what: 'connecting' }, { cause: signal?.reason });
  if (signal?.aborted) throw aborted();
  if (signal === undefined) return connect({});
  let onAbort = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    onAbort = () => reject(aborted());
    signal.addEventListener('abort', onAbort);
  });
  const connecting = connect({ signal });
  try {
    return await Promise.race([connecting, abort]);
  } catch (error) {
    // Whatever still comes is nobody's any more.
    connecting.then(
      (late) => late.abort(),
      () => {},
    );
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A peer that breaks off may not have the key any more that was pinned; trying again for ever would never tell. */
async function suspecting<Result>(
  pinnedStatic: Uint8Array | undefined,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    const brokenOff = isCodedError(cause) && BROKEN_OFF.includes(cause.code);
    if (pinnedStatic === undefined || !brokenOff) throw cause;
    const pinned = hex.encode(pinnedStatic.subarray(0, SHOWN_KEY_BYTES));
    throw new PatternsError('PATTERNS_PIN_SUSPECT', { pinned }, { cause });
  }
}

/** A channel to a payee, and how it came about. */
export interface DialledPayee {
  /** Without `receive` if the pattern is N: `'receive' in channel` tells. */
  readonly channel: PaymentChannel | PaymentSender;
  /** Which pattern, and why. */
  readonly selection: PolicySelection;
  /**
   * 32 bytes, who requests over this channel must name as the payer: the own identity, or, for one who wants to stay
   * unnamed, a throw-away key (P8 W-06).
   */
  readonly payer: Uint8Array;
}

/**
 * Opens a payment channel in the pattern that fits what is known of the payee: XX at first contact, whose key is pinned,
 * and IK or IK-raw from then on; N or NN for a payer who wants to stay unnamed (P8 §3.13).
 *
 * @param identity Borrowed: keep it alive until this settles. Without a signer it counts as kept offline.
 * @throws PATTERNS_PIN_SUSPECT if a peer known by its pin alone breaks the handshake off: its key may have changed.
 * @throws The codes of `dialPeer`, of `connect` and of `openChannel`.
 * @example
 * ```ts
 * import { createMemoryPinStore, dialPayee, type PaymentIdentity } from 'pubky-paykit';
 * import { connectTcp } from 'pubky-paykit/node';
 * const pins = createMemoryPinStore(); // a real one outlives the process
 * async function dial(identity: PaymentIdentity, port: number) {
 *   const connect = () => connectTcp({ host: '127.0.0.1', port });
 *   const { channel, selection } = await dialPayee(identity, { peer: { name: `localhost:${port}` }, pins, connect });
 *   console.log(selection.pattern, selection.reason); // XX, and IK the next time
 *   return channel;
 * }
 * ```
 */
export async function dialPayee(
  identity: Pick<PaymentIdentity, 'publicKey' | 'noiseKey'> & Partial<Pick<PaymentIdentity, 'signer'>>,
  options: DialPayeeOptions,
): Promise<DialledPayee> {
  const {
    connect,
    published,
    telemetry = noTelemetry,
    limits,
    clock = systemClock,
    signal,
    ...dial
  } = options;
  const { noiseKey, signer, publicKey } = identity;
  const { selection, handshake, patternByte, shownIdentity, pinnedStatic } = await dialPeer({
    ...dial,
    own: { noiseKey, signer, published },
  });
  let stream: ByteStream;
  try {
    stream = await connected(connect, signal);
  } catch (error) {
    handshake.destroy();
    throw error;
  }
  // Connecting is not part of what is measured: a dead host is no failed handshake.
  const channel = await measureHandshake(selection, 'initiator', { telemetry, clock }, () =>
    suspecting(pinnedStatic, runPaymentHandshake(stream, handshake, { limits, clock, signal, patternByte })),
  );
  const payer = shownIdentity ?? (selection.throwAway ? createThrowAwayPayer() : publicKey);
  // A dialler's end always sends.
  return { channel: channel as PaymentChannel | PaymentSender, selection, payer };
}
