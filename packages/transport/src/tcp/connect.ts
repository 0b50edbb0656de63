import { connect as connectSocket, type Socket } from 'node:net';
import type { CancelSignal } from '@pubky-paykit/primitives';
import { type Clock, isCodedError, systemClock } from '@pubky-paykit/primitives';
import type { ByteStream } from '../byte-stream.ts';
import { CONNECT_TIMEOUT_MS } from '../constants.ts';
import { Deadline } from '../deadline.ts';
import { reasonOf, TransportError } from '../errors.ts';
import { checkTimeout } from '../limits.ts';
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts';
import { SocketStream } from './socket-stream.ts';

/** Where and how to connect. */
export interface ConnectTcpOptions {
  /** An address, or a name; without `allowInsecure` a loopback address or `localhost`. */
  readonly host: string;
  /** 1 to 65 535. */
  readonly port: number;
  readonly signal?: CancelSignal | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds to establish the connection; 30 000 if not given. */
  readonly timeoutMs?: number | undefined;
  /** Lets plain TCP leave the machine. The channel encrypts, but who talks to whom, when and how much is in the open. */
  readonly allowInsecure?: boolean | undefined;
}

/**
 * Opens a plain TCP connection, for loopback only unless `allowInsecure` says otherwise. (T1; a TLS `connect` makes its
 * own socket and shares everything after that.)
 *
 * @throws TRANSPORT_INSECURE_HOST before anything is sent, TRANSPORT_CONNECT_FAILED, TRANSPORT_TIMED_OUT,
 * TRANSPORT_ABORTED.
 *
 * @example
 * ```ts
 * import { connectTcp } from '@pubky-paykit/transport/tcp';
 * const stream = await connectTcp({ host: '127.0.0.1', port: 9735 });
 * ```
 */
export async function connectTcp(options: ConnectTcpOptions): Promise<ByteStream> {
  const { host, port, signal, clock = systemClock, allowInsecure = false } = options;
  const afterMs = checkTimeout('timeoutMs', options.timeoutMs ?? CONNECT_TIMEOUT_MS);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError('port must be an integer from 1 to 65535');
  }
  if (!allowInsecure && !isLoopbackHost(host)) throw new TransportError('TRANSPORT_INSECURE_HOST', { host });
  const deadline = new Deadline({ clock, what: 'connecting', afterMs, signal });
  let socket: Socket | undefined;
  try {
    deadline.check();
    socket = connectSocket({ host, port, noDelay: true, allowHalfOpen: true });
    await deadline.race(connected(socket));
    // `localhost` is only a name: what it resolved to decides.
    if (!allowInsecure && !isLoopbackAddress(socket.remoteAddress ?? '')) {
      throw new TransportError('TRANSPORT_INSECURE_HOST', { host });
    }
    return new SocketStream(socket, clock);
  } catch (error) {
    socket?.destroy();
    if (isCodedError(error)) throw error;
    throw new TransportError(
      'TRANSPORT_CONNECT_FAILED',
      { host, port, reason: reasonOf(error) },
      { cause: error },
    );
  } finally {
    deadline.end();
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    // Stays attached: an error after a time-out must not go unheard, which would end the process.
    socket.on('error', reject);
  });
}
