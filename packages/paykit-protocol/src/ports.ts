import type { CancelSignal } from '@pubky-paykit/primitives';
import type { PaykitMessage } from './messages.ts';
import type { PaykitReceipt } from './receipt.ts';

/** What a wait on a channel may be given. */
export interface WaitOptions {
  readonly signal?: CancelSignal | undefined;
}

/** What a wait for a message may be given besides. */
export interface ReceiveOptions extends WaitOptions {
  /**
   * Milliseconds, for channels with a time-out of their own. This package always passes `Infinity`: it keeps the time
   * itself and ends a wait through `signal`.
   */
  readonly timeoutMs?: number | undefined;
}

/** Where messages to one peer go, already encrypted as far as the session goes. */
export interface MessageSender {
  send(message: PaykitMessage, options?: WaitOptions): Promise<void>;
}

/** Where messages of one peer come from, already decrypted, and authenticated as far as the session goes. */
export interface MessageReceiver {
  /** The next message, or `undefined` once the peer has closed between two messages. */
  receive(options?: ReceiveOptions): Promise<PaykitMessage | undefined>;
}

/** A two-way stream of messages to one peer. */
export interface MessageChannel extends MessageSender, MessageReceiver {}

/** A sender that cannot receive: a two-way channel does not fit, for its peer would answer. */
export interface OneWaySender extends MessageSender {
  readonly receive?: never;
}

/** A receiver that cannot send: a two-way channel does not fit, for its peer waits for an answer. */
export interface OneWayReceiver extends MessageReceiver {
  readonly send?: never;
}

/** Where plaintexts go, such as the transport's `SendChannel`. */
export interface ByteSender {
  /** Borrows `plaintext`, at most 65 519 bytes. */
  send(plaintext: Uint8Array, options?: WaitOptions): Promise<void>;
}

/** Where plaintexts come from, such as the transport's `ReceiveChannel`. */
export interface ByteReceiver {
  /** The next plaintext, or `undefined` once the peer has closed between two of them. */
  receive(options?: ReceiveOptions): Promise<Uint8Array | undefined>;
}

/** A two-way stream of plaintexts, such as the transport's `SecureChannel`. */
export interface ByteChannel extends ByteSender, ByteReceiver {}

/** What names a receipt. The parties belong to it, so that no peer can take an id away from another (W-20). */
export type ReceiptKey = Pick<PaykitReceipt, 'receiptId' | 'payer' | 'payee'>;

/**
 * Keeps the confirmed receipts of one side, or, in a store of their own, the requests that came one way. A receipt in it
 * is never replaced.
 */
export interface ReceiptStore {
  get(key: ReceiptKey): Promise<PaykitReceipt | undefined>;
  /**
   * Stores the receipt unless there is one under its key, in one atomic step, and returns the one that is stored then.
   * Durable when it resolves. Copies its argument; what it returns is the caller's.
   */
  keep(receipt: PaykitReceipt): Promise<PaykitReceipt>;
}

/** Which payment methods a payee has published. A `Set` of method ids is one. */
export interface MethodLookup {
  has(methodId: string): boolean | Promise<boolean>;
}

/**
 * Makes the final receipt of a checked request: creates the invoice and adds it to the metadata, leaving all else as it
 * is. `undefined` declines the payment; the payer is told `DECLINED`.
 *
 * The same request over two sessions at once may call it twice; the receipt that is stored first counts for both. Make
 * invoices by `receiptId`, and a second call costs nothing.
 */
export type ReceiptGenerator = (
  request: PaykitReceipt,
  options: { readonly signal: CancelSignal },
) => Promise<PaykitReceipt | undefined> | PaykitReceipt | undefined;
