/// <reference lib="esnext.disposable" preserve="true" />
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  type Clock,
  type Logger,
  noTelemetry,
  silentLogger,
  systemClock,
  type Telemetry,
} from '@pubky-paykit/primitives';
import type { ByteStream } from '../byte-stream.ts';
import { CLOSE_TIMEOUT_MS, DRAIN_MS, MAX_TIMER_MS } from '../constants.ts';
import { Deadline } from '../deadline.ts';
import { reasonOf, TransportError } from '../errors.ts';
import { Admission, DEFAULT_SERVER_LIMITS, type ServerLimits } from './admission.ts';
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts';
import { SocketStream } from './socket-stream.ts';

/** What a connection handler gets beside the stream. */
export interface ConnectionContext {
  /** Aborted when the server starts to close: finish what is running and return. Meant for `receive`, not `send`. */
  readonly closing: AbortSignal;
}

/**
 * Serves one connection. When it returns the stream is closed, when it throws the stream is aborted; the error goes to
 * the log and nowhere else.
 */
export type ConnectionHandler = (stream: ByteStream, context: ConnectionContext) => Promise<void>;

/** Where to listen and for whom. */
export interface ListenTcpOptions {
  /** `127.0.0.1` if not given; without `allowInsecure` a loopback address or `localhost`. */
  readonly host?: string | undefined;
  /** 0 to 65 535; 0 picks a free one. */
  readonly port: number;
  readonly onConnection: ConnectionHandler;
  readonly limits?: Partial<ServerLimits> | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  readonly telemetry?: Telemetry | undefined;
  /** Lets plain TCP be reached from outside of the machine. */
  readonly allowInsecure?: boolean | undefined;
}

/** A listening server. */
export interface TcpServer {
  readonly host: string;
  /** The port it really listens on. */
  readonly port: number;
  /** Connections held now. */
  readonly connections: number;
  /**
   * Stops accepting, tells handlers through `closing`, waits up to `drainMs` (5 000; 0 does not wait) until they have
   * returned, and destroys what is left. Never rejects; again waits for the same end.
   */
  close(options?: { readonly drainMs?: number | undefined }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Listens for plain TCP connections and serves each on its own: nothing a peer sends, and nothing its handler does or
 * fails to do, stops another connection or the server (W-07, W-08).
 *
 * Bound the peers by what runs on the stream: `acceptChannel` and its time-outs.
 *
 * @throws TRANSPORT_INSECURE_HOST, TRANSPORT_LISTEN_FAILED.
 */
export async function listenTcp(options: ListenTcpOptions): Promise<TcpServer> {
  const { host = '127.0.0.1', port, allowInsecure = false } = options;
  if (!allowInsecure && !isLoopbackHost(host)) throw new TransportError('TRANSPORT_INSECURE_HOST', { host });
  const server = createServer({ noDelay: true, allowHalfOpen: true });
  const running = new RunningServer(server, host, options);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    });
  } catch (error) {
    const reason = reasonOf(error);
    throw new TransportError('TRANSPORT_LISTEN_FAILED', { host, port, reason }, { cause: error });
  }
  server.removeAllListeners('error');
  // `localhost` is only a name: what it resolved to decides.
  if (!allowInsecure && !isLoopbackAddress((server.address() as AddressInfo).address)) {
    server.close();
    throw new TransportError('TRANSPORT_INSECURE_HOST', { host });
  }
  running.start();
  return running;
}

class RunningServer implements TcpServer {
  readonly host: string;
  readonly #server: Server;
  readonly #onConnection: ConnectionHandler;
  readonly #admission: Admission;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #telemetry: Telemetry;
  readonly #closing = new AbortController();
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #closed: Promise<void> | undefined;

  constructor(server: Server, host: string, options: ListenTcpOptions) {
    const { clock = systemClock, logger = silentLogger, telemetry = noTelemetry } = options;
    this.host = host;
    this.#server = server;
    this.#onConnection = options.onConnection;
    this.#admission = new Admission({ ...DEFAULT_SERVER_LIMITS, ...options.limits }, clock);
    this.#clock = clock;
    this.#logger = logger;
    this.#telemetry = telemetry;
    server.on('connection', (socket) => this.#accept(socket));
  }

  start(): void {
    this.#port = (this.#server.address() as AddressInfo).port;
    // Such as too many open files: the next connection may fare better.
    this.#server.on('error', (error) =>
      this.#logger.error('accepting failed', { error: reasonOf(error), port: this.#port }),
    );
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#admission.total;
  }

  close({ drainMs = DRAIN_MS }: { readonly drainMs?: number | undefined } = {}): Promise<void> {
    this.#closed ??= this.#drain(drainMs);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(socket: Socket): void {
    // Before anything else: an unheard 'error' would end the process.
    socket.on('error', () => {});
    const address = socket.remoteAddress;
    // The peer is gone already.
    if (address === undefined) return void socket.destroy();
    const place = this.#admission.enter(address);
    if ('refusal' in place) {
      socket.destroy();
      this.#report('transport.connections_refused', { reason: place.refusal }, 'connection refused', address);
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      place.release();
    });
    this.#report('transport.connections_accepted', {});
    void this.#serve(new SocketStream(socket, this.#clock));
  }

  /** Never rejects. */
  async #serve(stream: ByteStream): Promise<void> {
    try {
      await this.#onConnection(stream, { closing: this.#closing.signal });
      await this.#closeInTime(stream);
    } catch (error) {
      stream.abort();
      const facts = { error: reasonOf(error) };
      this.#report('transport.connections_failed', facts, 'connection failed', stream.remoteAddress);
    }
  }

  /** Counts and logs what happened to a connection. A logger that throws must not end the process. */
  #report(metric: string, facts: Record<string, string>, message?: string, address?: string): void {
    try {
      this.#telemetry.count(metric, 1, facts);
      if (message !== undefined) this.#logger.warn(message, { ...facts, address });
    } catch {
      // There is nobody left to tell.
    }
  }

  /** A peer that does not read could hold up the flush for ever. */
  async #closeInTime(stream: ByteStream): Promise<void> {
    const deadline = new Deadline({ clock: this.#clock, what: 'closing', afterMs: CLOSE_TIMEOUT_MS });
    try {
      await deadline.race(stream.close());
    } finally {
      deadline.end();
    }
  }

  async #drain(drainMs: number): Promise<void> {
    // Resolves when the server accepts no more and its last socket is closed.
    const allClosed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#closing.abort();
    if (drainMs > 0) {
      const deadline = new Deadline({
        clock: this.#clock,
        what: 'draining',
        afterMs: Math.min(drainMs, MAX_TIMER_MS),
      });
      await deadline.race(allClosed).catch(() => {});
      deadline.end();
    }
    for (const socket of this.#sockets) socket.destroy();
    await allClosed;
  }
}
