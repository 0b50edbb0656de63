import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Logger } from '@pubky-paykit/primitives';
import { isCodedError } from '@pubky-paykit/primitives';
import {
  CONNECTIONS,
  HEADER_BYTES,
  HEADERS_TIMEOUT_MS,
  LINGER_MS,
  PORT_ATTEMPTS,
  REQUEST_TIMEOUT_MS,
  SOCKET_TIMEOUT_MS,
} from '../constants.ts';
import { reasonOf, type ServiceName, TestnetError } from '../errors.ts';
import { CUT, type HttpHandler, type HttpReply, Refusal, refusalReply, textReply } from './exchange.ts';
import { readRequest } from './incoming.ts';
import { sendReply } from './outgoing.ts';

/** What a server of the network needs. */
export interface LoopbackServerOptions {
  readonly service: ServiceName;
  /** 0 picks a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Both spellings of this machine, so that nobody else can be `localhost` on the same port. */
const ADDRESSES = ['127.0.0.1', '::1'] as const;

/** A machine without IPv6, or with it switched off. */
const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * An HTTP server for this machine alone: it listens on the loopback addresses and nowhere else. Sizes, times and
 * connections are limited, and nothing a client sends ends it.
 */
export class LoopbackServer {
  readonly #options: LoopbackServerOptions;
  /** One for each request that is not answered yet. */
  readonly #waiting = new Set<AbortController>();
  readonly #running = new Set<Promise<void>>();
  #servers: readonly Server[] = [];
  #port = 0;
  #handler: HttpHandler = async () => textReply(503, 'not ready yet');
  #closed: Promise<void> | undefined;

  private constructor(options: LoopbackServerOptions) {
    this.#options = options;
  }

  /**
   * Listens; until {@link serve} is called, every request is answered with 503.
   *
   * @throws TESTNET_PORT_TAKEN, TESTNET_LISTEN_FAILED
   */
  static async listen(options: LoopbackServerOptions): Promise<LoopbackServer> {
    const server = new LoopbackServer(options);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await server.#listenOnAll();
        return server;
      } catch (error) {
        const { service, port } = options;
        const reason = reasonOf(error);
        // What was free for IPv4 may be taken for IPv6: then another one is.
        if (reason === 'EADDRINUSE' && port === 0 && attempt < PORT_ATTEMPTS) continue;
        if (reason === 'EADDRINUSE') {
          throw new TestnetError('TESTNET_PORT_TAKEN', { service, port }, { cause: error });
        }
        throw new TestnetError('TESTNET_LISTEN_FAILED', { service, port, reason }, { cause: error });
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  /** Origin, without a slash at its end. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  serve(handler: HttpHandler): void {
    this.#handler = handler;
  }

  /** Ends every connection and waits for the handlers that were running. Never rejects; again waits for the same end. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #listenOnAll(): Promise<void> {
    const listening: Server[] = [];
    let port = this.#options.port;
    try {
      for (const host of ADDRESSES) {
        const server = this.#createServer();
        try {
          port = await listen(server, host, port);
          listening.push(server);
        } catch (error) {
          if (listening.length === 0 || !NO_SUCH_ADDRESS.has(reasonOf(error))) throw error;
        }
      }
    } catch (error) {
      await Promise.all(listening.map(stop));
      throw error;
    }
    this.#servers = listening;
    this.#port = port;
  }

  #createServer(): Server {
    const server = createServer({
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      noDelay: true,
    });
    server.maxConnections = CONNECTIONS;
    server.timeout = SOCKET_TIMEOUT_MS;
    server.on('request', (incoming, response) => {
      const work = this.#answer(incoming, response).catch((error) => this.#report(error));
      this.#running.add(work);
      void work.finally(() => this.#running.delete(work));
    });
    return server;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    this.#waiting.add(gone);
    response.on('close', leave);
    // Unheard, an error of a connection would end the process.
    incoming.on('error', () => {});
    response.on('error', () => {});
    try {
      const reply = await this.#replyTo(incoming, gone.signal);
      if (reply === CUT) {
        incoming.socket.resetAndDestroy();
        return;
      }
      try {
        await sendReply(response, reply, incoming.method !== 'HEAD');
      } catch (error) {
        // Whatever has been sent of it is not the whole answer.
        response.destroy();
        throw error;
      } finally {
        await reply.release?.();
      }
      if (!incoming.complete) this.#linger(incoming, response);
    } finally {
      this.#waiting.delete(gone);
      response.off('close', leave);
    }
  }

  async #replyTo(incoming: IncomingMessage, signal: AbortSignal): Promise<HttpReply | typeof CUT> {
    try {
      return await this.#handler(readRequest(incoming, signal));
    } catch (error) {
      if (error instanceof Refusal) return refusalReply(error);
      // A client that has gone makes reads fail; that is not our mistake.
      if (!incoming.destroyed) this.#report(error);
      return textReply(500, 'internal error');
    }
  }

  /** Reads on for a while what was refused, so that closing does not reset the connection under the answer. */
  #linger(incoming: IncomingMessage, response: ServerResponse): void {
    incoming.resume();
    const cancel = this.#options.clock.schedule(LINGER_MS, () => incoming.socket.destroy());
    incoming.once('end', cancel);
    incoming.once('close', cancel);
    response.once('close', () => incoming.complete && cancel());
  }

  #report(error: unknown): void {
    const { service, logger } = this.#options;
    logger.error('a request failed', {
      service,
      error: isCodedError(error) ? error.code : reasonOf(error),
    });
  }

  async #end(): Promise<void> {
    for (const gone of this.#waiting) gone.abort();
    await Promise.all(this.#servers.map(stop));
    await Promise.all(this.#running);
  }
}

/** @returns The port it is. */
function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      // Such as too many open files: the next connection may fare better.
      server.on('error', () => {});
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
