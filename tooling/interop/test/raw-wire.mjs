import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @typedef {import('node:net').Socket} Socket */

/** @param {number} length @returns {Uint8Array} `u32be(length)`, announced and perhaps never kept. */
export function header(length) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

/** @param {Uint8Array} body @returns {Uint8Array} */
export const frame = (body) => Uint8Array.from(Buffer.concat([header(body.length), body]));

/** Bytes over TCP, with nothing between the test and what is really sent. */
export class RawWire {
  /** @type {Socket} */
  #socket;
  #buffered = Buffer.alloc(0);
  #ended = false;
  #wake = () => {};

  /** @param {Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    const changed = () => this.#wake();
    const end = () => {
      this.#ended = true;
      changed();
    };
    socket.on('data', (chunk) => {
      this.#buffered = Buffer.concat([this.#buffered, chunk]);
      changed();
    });
    // A peer that refuses cuts the connection: a reset is an end like any other.
    socket.on('end', end).on('close', end).on('error', end);
  }

  /** @param {number} length @returns {Promise<Uint8Array>} */
  async take(length) {
    await this.#until(() => this.#buffered.length >= length || this.#ended);
    if (this.#buffered.length < length) throw new Error(`it ended ${this.#buffered.length} bytes on`);
    const taken = Uint8Array.from(this.#buffered.subarray(0, length));
    this.#buffered = this.#buffered.subarray(length);
    return taken;
  }

  /** @returns {Promise<Uint8Array>} The body of the next frame. */
  async frame() {
    return this.take(new DataView((await this.take(4)).buffer).getUint32(0));
  }

  /** Until the peer ends, which it must do without another byte. */
  async silence() {
    await this.#until(() => this.#ended || this.#buffered.length > 0);
    if (this.#buffered.length > 0) throw new Error(`it said ${this.#buffered.toString('hex')}`);
  }

  /** Bytes that came and were not taken. */
  get waiting() {
    return this.#buffered.length;
  }

  /** @param {readonly Uint8Array[]} parts */
  write(...parts) {
    this.#socket.write(Buffer.concat(parts));
  }

  end() {
    this.#socket.end();
  }

  destroy() {
    this.#socket.destroy();
  }

  /** @param {() => boolean} condition @returns {Promise<void>} */
  #until(condition) {
    return new Promise((resolve) => {
      this.#wake = () => {
        if (condition()) resolve();
      };
      this.#wake();
    });
  }
}

/** @param {number} port */
export async function dial(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return new RawWire(socket);
}

/** A listener for one connection, on a free port. */
export async function awaitDial() {
  const server = createServer({ noDelay: true });
  const accepted = once(server, 'connection').then(([socket]) => {
    server.close();
    return new RawWire(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, accepted };
}
