import { type Clock, hex } from '@pubky-paykit/primitives';
import { DHT_ANSWER_TIMEOUT_MS } from '../constants.ts';
import { type Bencoded, type BencodedMap, decodeBencode } from './bencode.ts';

/** Whether anybody answers the questions after one target. */
export interface Hearing {
  /** Whether a node that was asked for the target has answered, since this began, in the time the package waits for it. */
  isHeard(): boolean;
  end(): void;
}

/** What was asked, and who has answered that. */
export interface Questions {
  /** Notes a datagram that is sent. @param host The IP address it goes to. */
  asked(datagram: Uint8Array, host: string): void;
  /** Notes an answer that has come in. @param host The IP address it comes from. */
  answered(datagram: Uint8Array, host: string): void;
  /** @param target 20 bytes; borrowed. */
  hear(target: Uint8Array): Hearing;
}

/** A question without an answer so far. */
interface Open {
  readonly host: string;
  readonly target: string;
  readonly askedMs: number;
}

const TRANSACTION_BYTES = 2;

/**
 * Tells the answers to `get` of a target from those to other questions, or to none. Only what is answered like that is known
 * not to be there: the package says the same of "there is none" and of "nobody answered". It knows an answer by its
 * transaction and its address as well, and takes none that comes later.
 *
 * @see BEP 5, BEP 44
 */
export function createQuestions(clock: Clock): Questions {
  /** By transaction, of which there are 65 536; the oldest first. */
  const open = new Map<number, Open>();
  const hearings = new Set<{ readonly target: string; heard: boolean }>();

  return {
    asked(datagram, host) {
      if (hearings.size === 0) return;
      const message = mapOf(decodeBencode(datagram));
      if (latin1(message?.get('q')) !== 'get') return;
      const transaction = transactionOf(message);
      const target = mapOf(message?.get('a'))?.get('target');
      if (transaction === undefined || !(target instanceof Uint8Array)) return;
      const nowMs = clock.now();
      for (const [old, { askedMs }] of open) {
        if (isInTime(askedMs, nowMs)) break;
        open.delete(old);
      }
      open.delete(transaction);
      open.set(transaction, { host, target: hex.encode(target), askedMs: nowMs });
    },
    answered(datagram, host) {
      if (open.size === 0) return;
      const transaction = transactionOf(mapOf(decodeBencode(datagram)));
      const question = transaction === undefined ? undefined : open.get(transaction);
      if (transaction === undefined || question?.host !== host) return;
      open.delete(transaction);
      if (!isInTime(question.askedMs, clock.now())) return;
      for (const hearing of hearings) {
        if (hearing.target === question.target) hearing.heard = true;
      }
    },
    hear(target) {
      const hearing = { target: hex.encode(target), heard: false };
      hearings.add(hearing);
      return {
        isHeard: () => hearing.heard,
        end() {
          hearings.delete(hearing);
          if (hearings.size === 0) open.clear();
        },
      };
    },
  };
}

function isInTime(askedMs: number, nowMs: number): boolean {
  return nowMs - askedMs < DHT_ANSWER_TIMEOUT_MS;
}

function mapOf(value: Bencoded | undefined): BencodedMap | undefined {
  return value instanceof Map ? value : undefined;
}

function latin1(value: Bencoded | undefined): string | undefined {
  return value instanceof Uint8Array ? String.fromCharCode(...value) : undefined;
}

/** The first two bytes, which are all that the package looks at. */
function transactionOf(message: BencodedMap | undefined): number | undefined {
  const bytes = message?.get('t');
  if (!(bytes instanceof Uint8Array) || bytes.length < TRANSACTION_BYTES) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint16(0);
}
