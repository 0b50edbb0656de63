import { createHash } from 'node:crypto';
import { claim, initiate, party, utf8 } from './independent-ik.mjs';
import { awaitDial, dial, type RawWire } from './raw-wire.mjs';
import { spawnPeer } from './spawned.mjs';

/** N8 A.1: its secret keys, devices and ephemerals, so that A.3 and A.4 give every byte. */
export const PAYER = party(1, 'client-dev');
export const PAYEE = party(2, 'server-dev');
export const ATTACKER = party(5, 'evil');
export const EPHEMERAL = {
  initiator: new Uint8Array(32).fill(0x11),
  responder: new Uint8Array(32).fill(0x22),
};
export const VECTOR = {
  payload: '97519ba37f8224324429fec988d445b925900fad0dc1053e8a07426e4b302f6c',
  request: '58afe070a5e5782b0fb83a41b59f9a149ba05705178841a703f60cd8609c7310',
  impersonation: 'c78db98e829f603b177cc95194d082f9231803fbee7d8ff3dc7b3f987ea53459',
  answer: '0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20ef4174bd9d16c3e3bfe74bde92720506',
  id: 'cf46ee0eee0cac2a7a6b67059cd29c4f0f52a4bf71d57421181df7fb306c9d68',
};
export const IK_BYTE = Uint8Array.of(0);
export const ACK = '{"type":"Ack"}';

export interface Ended {
  readonly code: number;
  readonly events: readonly Record<string, unknown>[];
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const keyOf = (octet: number): string => octet.toString(16).padStart(2, '0').repeat(32);

const RESPONDER = ['--role', 'responder', '--pattern', 'ik', '--seed', keyOf(2), '--device', 'server-dev'];
const INITIATOR = [
  ...['--role', 'initiator', '--pattern', 'ik', '--seed', keyOf(1), '--device', 'client-dev'],
  ...['--peer-static', toHex(PAYEE.publicKey)],
];
const TESTING = { PAYKIT_TESTING: '1' };

/** A receipt exactly as P8 §2.1 orders and writes it. */
export function receiptText(id: string, terms: string, metadata: string): string {
  const { identity: payer } = PAYER;
  const { identity: payee } = PAYEE;
  return `{"receipt_id":"${id}","payer":[${payer}],"payee":[${payee}],"method_id":"lightning",${terms}"created_at":1733356800,"metadata":${metadata}}`;
}

export const TERMS = '"amount":"1000","currency":"SAT",';
export const requestText = (receipt: string) =>
  `{"type":"RequestReceipt","payload":{"provisional_receipt":${receipt}}}`;
export const confirmText = (receipt: string) => `{"type":"ConfirmReceipt","payload":{"receipt":${receipt}}}`;

export const honestClaim = () => utf8(JSON.stringify(claim(PAYER, PAYEE.publicKey)));

/** An initiator that says what it likes about itself. */
export function initiator(parts: Partial<Parameters<typeof initiate>[0]> = {}) {
  return initiate({
    own: PAYER,
    remote: PAYEE.publicKey,
    ephemeral: EPHEMERAL.initiator,
    payload: honestClaim(),
    ...parts,
  });
}

/**
 * Runs a responder process against `talk`. After it the process must say nothing more and end the connection, which
 * `talk` may leave open: whoever refuses has to hang up.
 */
export async function againstResponder(
  args: readonly string[],
  talk: (wire: RawWire) => Promise<void> | void,
) {
  const peer = spawnPeer([...RESPONDER, '--listen', '127.0.0.1:0', ...args], TESTING);
  let wire: RawWire | undefined;
  try {
    wire = await dial((await peer.event('listening'))['port'] as number);
    await talk(wire);
    await wire.silence();
    return (await peer.ended) as Ended;
  } finally {
    wire?.destroy();
    peer.kill();
  }
}

/** The same with an initiator process, which dials. */
export async function againstInitiator(
  args: readonly string[],
  talk: (wire: RawWire) => Promise<void> | void,
) {
  const { port, accepted } = await awaitDial();
  const peer = spawnPeer([...INITIATOR, '--connect', `127.0.0.1:${port}`, ...args], TESTING);
  let wire: RawWire | undefined;
  try {
    wire = await Promise.race([
      accepted,
      peer.ended.then(() => Promise.reject(new Error('it never dialled'))),
    ]);
    await talk(wire);
    await wire.silence();
    return (await peer.ended) as Ended;
  } finally {
    wire?.destroy();
    peer.kill();
  }
}
