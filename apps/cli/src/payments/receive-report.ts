import {
  hex,
  type MessageAnswer,
  type ProfileName,
  type RequestNote,
  type SessionFacts,
  zBase32,
} from 'pubky-paykit';
import { DEFAULT_SERVER_LIMITS } from 'pubky-paykit/node';
import type { Terminal } from '../home/surroundings.ts';
import { amountText, receiptFacts } from './receipt-report.ts';
import type { RefusalReason, RefusedCounts } from './refused-connections.ts';

/** What a payee is, once it listens. */
export interface Listening {
  /** 32 bytes. */
  readonly identity: Uint8Array;
  readonly device: string;
  /** 32 bytes. */
  readonly noiseKey: Uint8Array;
  /** `HOST:PORT` where payers connect. */
  readonly address: string;
  readonly methods: readonly string[];
  readonly patterns: readonly ProfileName[];
  /** What a payer on this network has to add to the command. */
  readonly payOptions: string;
}

/** Tells what happens to a payee: results to the output, the rest beside it. */
export interface ReceiveReport {
  listening(facts: Listening): void;
  connected(session: SessionFacts): void;
  /** @returns Whether it was a payment that had not been taken before. */
  answered(answer: MessageAnswer): boolean;
  /** @returns Whether it was a request that had not come before. */
  noted(note: RequestNote): boolean;
  /** A connection came to nothing. @param reason Such as the code of an error. */
  failed(reason: string): void;
  /** Connections were refused before anything was said: there were too many. */
  turnedAway(counts: RefusedCounts): void;
  /**
   * The key that payers find is another one.
   *
   * @param noiseKey 32 bytes, which the address names now; nothing if there is none any more, and nobody is answered.
   */
  keyChanged(noiseKey: Uint8Array | undefined): void;
  /** The address could not be published with the new key; that is tried again. @param reason Such as the code of an error. */
  addressFailed(reason: string): void;
  closed(withdrawn: boolean, left: readonly string[]): void;
}

const NO_KEY =
  'The key was revoked, and there is no other one: nobody is answered until `paykit keys publish` makes one.\n';

function changedText(noiseKey: Uint8Array): string {
  return `The key was replaced, and the address names the new one, ${hex.encode(noiseKey)}; a former one is answered during its overlap, unless it was revoked.\n`;
}

const { maxConnections, maxConnectionsPerIp, newConnectionsPerMinutePerIp } = DEFAULT_SERVER_LIMITS;

/** Why connections are refused, for people. */
const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  total: `more than ${maxConnections} at once`,
  'per-ip': `more than ${maxConnectionsPerIp} at once from one address`,
  rate: `more than ${newConnectionsPerMinutePerIp} in a minute from one address`,
};

const totalOf = (counts: RefusedCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function refusedText(counts: RefusedCounts): string {
  const total = totalOf(counts);
  const reasons = (Object.keys(counts) as RefusalReason[]).map((reason) => REFUSALS[reason]).join(', ');
  const what = total === 1 ? 'A connection was refused' : `${total} connections were refused`;
  return `${what}: ${reasons}. Whoever connects again in a minute is answered.\n`;
}

/** What is behind a refusal that is this side's. */
const CAUSES: Readonly<Record<string, string>> = {
  PAYKIT_LOOKUP_FAILED:
    ': the payer could not be looked up now, which ik-raw and xx need. It can pay with --pattern ik',
};

function causeText(cause: { readonly code: string } | undefined): string {
  return cause === undefined ? '' : ` (${cause.code})${CAUSES[cause.code] ?? ''}`;
}

/** What there is to do about connections that come to nothing. */
const FAILURE_REMARKS: Readonly<Record<string, string>> = {
  TRANSPORT_PATTERN_REFUSED:
    ' A payer asked for a pattern that is not accepted here: --patterns of `paykit receive` says which are.',
};

function peopleReport({ write, tell }: Terminal): ReceiveReport {
  let hasKey = true;
  // Without a key no pattern is accepted, which was told.
  const remarkOn = (reason: string): string => (hasKey && FAILURE_REMARKS[reason]) || '';
  return {
    listening({ identity, device, noiseKey, address, methods, patterns, payOptions }) {
      const more = device === 'default' ? payOptions : ` --device ${device}${payOptions}`;
      write(
        [
          `Identity  ${zBase32.encode(identity)}`,
          `Key       ${hex.encode(noiseKey)}`,
          `Address   ${address}, published for ${methods.join(', ')}`,
          `Patterns  ${patterns.join(', ')}`,
          `To pay    paykit pay ${zBase32.encode(identity)} --amount 1000 --currency SAT${more}`,
          '',
        ].join('\n'),
      );
      tell('Waiting for payers. Ctrl-C ends.\n');
    },
    connected: ({ pattern, formerKeyUsed }) =>
      tell(`A payer connected with ${pattern}${formerKeyUsed ? ', to the former key' : ''}.\n`),
    answered(answer) {
      if (answer.outcome === 'refused')
        tell(`A request was refused: ${answer.reason}${causeText(answer.cause)}.\n`);
      if (answer.outcome !== 'confirmed') return false;
      const { receipt, repeated } = answer;
      const what = repeated ? 'Again     ' : 'Payment   ';
      write(`${what}${amountText(receipt)} from ${zBase32.encode(receipt.payer)}, ${receipt.receiptId}\n`);
      return !repeated;
    },
    noted(note) {
      if (note.outcome === 'refused') tell(`A one-way request was refused: ${note.reason}.\n`);
      if (note.outcome !== 'noted') return false;
      write(
        `Request   ${amountText(note.receipt)}, unverified: nobody has to have sent it, and it is no payment\n`,
      );
      return true;
    },
    failed: (reason) => tell(`A connection came to nothing (${reason}).${remarkOn(reason)}\n`),
    turnedAway: (counts) => tell(refusedText(counts)),
    keyChanged(noiseKey) {
      hasKey = noiseKey !== undefined;
      tell(noiseKey === undefined ? NO_KEY : changedText(noiseKey));
    },
    addressFailed: (reason) =>
      tell(`The address could not be published with the new key (${reason}); that is tried again.\n`),
    closed(withdrawn, left) {
      if (withdrawn) tell('The address was taken back.\n');
      if (left.length > 0) {
        tell(`The address for ${left.join(', ')} may still be published: the homeserver did not answer.\n`);
      }
    },
  };
}

function programReport({ write }: Terminal): ReceiveReport {
  const line = (event: string, facts: object): void => write(`${JSON.stringify({ event, ...facts })}\n`);
  return {
    listening({ identity, noiseKey, payOptions: _, ...facts }) {
      line('listening', { identity: zBase32.encode(identity), noiseKey: hex.encode(noiseKey), ...facts });
    },
    connected: ({ pattern, formerKeyUsed }) =>
      line('connected', { pattern, ...(formerKeyUsed && { formerKey: true }) }),
    answered(answer) {
      if (answer.outcome === 'refused') line('refused', { reason: answer.reason, code: answer.cause?.code });
      if (answer.outcome !== 'confirmed') return false;
      line('payment', { repeated: answer.repeated, receipt: receiptFacts(answer.receipt) });
      return !answer.repeated;
    },
    noted(note) {
      if (note.outcome === 'refused') line('refused', { reason: note.reason });
      if (note.outcome !== 'noted') return false;
      line('unverified-request', { request: receiptFacts(note.receipt) });
      return true;
    },
    failed: (reason) => line('connection-failed', { reason }),
    turnedAway: (counts) => line('connections-refused', { count: totalOf(counts), reasons: counts }),
    keyChanged: (noiseKey) => line('key-changed', { noiseKey: noiseKey ? hex.encode(noiseKey) : null }),
    addressFailed: (reason) => line('address-failed', { reason }),
    closed: (withdrawn, left) => line('closed', { withdrawn, left }),
  };
}

/** @param json One line for each event, for programs. */
export function createReceiveReport(terminal: Terminal, json: boolean): ReceiveReport {
  return json ? programReport(terminal) : peopleReport(terminal);
}
