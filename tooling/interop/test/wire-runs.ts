import { readOptions } from '../peer/arguments.mjs';
import { outcomeOf } from '../peer/outcome.mjs';
import { runPeer } from '../peer/run.mjs';
import { awaitDial, dial, type RawWire } from './raw-wire.mjs';
import type { Role } from './wire-handshakes.ts';
import { keyOf, type PatternName, WIRE } from './wire-parties.ts';

export interface Ended {
  readonly code: number;
  readonly events: readonly Record<string, unknown>[];
  readonly complaint: string;
}

const OWN: Readonly<Record<Role, readonly string[]>> = {
  initiator: ['--seed', keyOf(1), '--device', 'client-dev'],
  responder: ['--seed', keyOf(2), '--device', 'server-dev'],
};

/** The command line of the payer or the payee of the vectors. */
export const argumentsOf = (role: Role, pattern: PatternName): readonly string[] => [
  ...['--role', role, '--pattern', pattern, ...OWN[role]],
  ...(role === 'initiator' ? WIRE[pattern].dial : []),
];

/** All that peer.mjs does once it is built, in this process and on the sources: starting one takes a quarter second. */
export function startPeer(args: readonly string[]) {
  const events: Record<string, unknown>[] = [];
  let complaint = '';
  let heard: (port: number) => void = () => {};
  const listening = new Promise<number>((resolve) => {
    heard = resolve;
  });
  const output = {
    print(event: Record<string, unknown>) {
      events.push(event);
      if (event['event'] === 'listening') heard(event['port'] as number);
    },
    complain(text: string) {
      complaint += `${text}\n`;
    },
  };
  const work = async () => {
    const options = readOptions(args, { PAYKIT_TESTING: '1' });
    if (options !== undefined) await runPeer(options, output);
  };
  const ended: Promise<Ended> = outcomeOf(work, output).then((code) => ({ code, events, complaint }));
  const early = ended.then((end): never => {
    throw new Error(`it ended before it had a connection: ${end.complaint}`);
  });
  early.catch(() => {});
  return { ended, early, listening };
}

export type Talk = (wire: RawWire) => Promise<void> | void;

/** Runs `talk`, after which the peer must say nothing more and hang up, though `talk` may leave the connection open. */
async function talkTo(
  wire: RawWire,
  { ended }: { readonly ended: Promise<Ended> },
  talk: Talk,
): Promise<Ended> {
  try {
    await talk(wire);
    await wire.silence();
    return await ended;
  } finally {
    wire.destroy();
  }
}

/** Runs a peer in its role against `talk`, which has the other one, over a socket. */
export async function against(
  role: Role,
  pattern: PatternName,
  args: readonly string[],
  talk: Talk,
): Promise<Ended> {
  const own = [...argumentsOf(role, pattern), ...args];
  if (role === 'responder') {
    const peer = startPeer([...own, '--listen', '127.0.0.1:0']);
    const port = await Promise.race([peer.listening, peer.early]);
    return talkTo(await dial(port), peer, talk);
  }
  const { port, accepted } = await awaitDial();
  const peer = startPeer([...own, '--connect', `127.0.0.1:${port}`]);
  return talkTo(await Promise.race([accepted, peer.early]), peer, talk);
}
