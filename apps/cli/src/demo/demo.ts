import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { CommandFailed } from '../command-errors.ts';
import { interruptible } from '../interruption.ts';
import { tellAll } from './chapters.ts';
import { type DemoOptions, demoHelp, readDemoOptions } from './demo-options.ts';
import { inkFor } from './ink.ts';
import { ParticipantProcess } from './participant-process.ts';
import { openStageNetwork, type StageNetwork } from './stage-network.ts';
import { Story } from './story.ts';

/** Longer than any time-out of the protocol adds up to on one machine, in any pattern. */
const DEMO_TIMEOUT_MS = 60_000;

/** What has to be put away in the end, however that comes. */
interface Belongings {
  readonly folder: string;
  readonly participants: Map<string, ParticipantProcess>;
  network: Promise<StageNetwork> | undefined;
}

/** Everybody who plays in the whole story; the last one in no part of it. */
const NAMES = ['Alice', 'Bob', 'Mallory'] as const;

async function perform(options: DemoOptions, story: Story, belongings: Belongings): Promise<void> {
  const { folder, participants } = belongings;
  // Processes take longest to come up, so they begin before anything else.
  for (const name of options.whole ? NAMES : NAMES.slice(0, 2)) {
    participants.set(name, new ParticipantProcess(name, story.teller(name)));
  }
  const cast = (name: string): ParticipantProcess => {
    const participant = participants.get(name);
    if (participant === undefined) throw new Error(`nobody plays ${name}`);
    return participant;
  };
  story.chapter(
    'A network comes up',
    'Everything here is real but its size: the relay and the homeserver answer as the public ones do, on this machine.',
  );
  belongings.network = openStageNetwork();
  const network = await belongings.network;
  story.step('Network', `has a relay at ${network.relay}: it keeps signed packets, and can forge none`);
  story.step('Network', `has a homeserver at ${network.homeserverUrl}: it keeps accounts and files`);
  await tellAll({ options, story, network, folder, cast });
  for (const participant of participants.values()) await participant.leave();
}

/** `paykit demo`: two people meet over a network and pay each other, each in a process of their own, told step by step. */
export async function runDemo(args: readonly string[]): Promise<void> {
  const options = readDemoOptions(args);
  if (options === undefined) return void process.stdout.write(demoHelp());
  const story = new Story(
    (text) => process.stdout.write(text),
    inkFor(process.stdout),
    () => performance.now(),
  );
  const folder = await mkdtemp(join(tmpdir(), 'paykit-demo-'));
  const belongings: Belongings = { folder, participants: new Map(), network: undefined };
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CommandFailed('The demo took too long.')), DEMO_TIMEOUT_MS);
  });
  story.begin(
    'Alice pays Bob. Each is a process of its own on this machine; all that each is told of the other is an identity. The time of a step is the time since the line before.',
  );
  try {
    await interruptible(() => Promise.race([perform(options, story, belongings), tooLong]));
    story.end(options.whole ? 'The whole story, told' : 'Told');
    if (options.keep) process.stdout.write(`Stored: ${folder}\n`);
  } finally {
    clearTimeout(timer);
    for (const participant of belongings.participants.values()) participant.stop();
    // One that has not come up has put itself away.
    const network = await belongings.network?.catch(() => undefined);
    await network?.close();
    if (!options.keep) await rm(folder, { recursive: true, force: true });
  }
}
