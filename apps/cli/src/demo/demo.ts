import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { CommandFailed } from '../command-errors.ts';
import { interruptible } from '../interruption.ts';
import { demoHelp, readDemoOptions } from './demo-options.ts';
import { type Demonstration, demonstrate } from './demonstration.ts';
import { Story } from './story.ts';

/** Longer than any time-out of the protocol adds up to on one machine, in any pattern. */
const DEMO_TIMEOUT_MS = 60_000;

async function demonstrateAll(demonstration: Demonstration): Promise<void> {
  for (const name of demonstration.options.patterns) await demonstrate(name, demonstration);
}

/** `paykit demo`: one payment between two processes in each pattern asked for, told step by step. */
export async function runDemo(args: readonly string[]): Promise<void> {
  const options = readDemoOptions(args);
  if (options === undefined) return void process.stdout.write(demoHelp());
  const story = new Story((text) => process.stdout.write(text));
  const folder = await mkdtemp(join(tmpdir(), 'paykit-demo-'));
  const demonstration: Demonstration = { options, folder, story, participants: [] };
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CommandFailed('The demo took too long.')), DEMO_TIMEOUT_MS);
  });
  story.begin();
  try {
    await interruptible(() => Promise.race([demonstrateAll(demonstration), tooLong]));
    if (options.keep) process.stdout.write(`Stored: ${folder}\n`);
  } finally {
    clearTimeout(timer);
    for (const participant of demonstration.participants) participant.stop();
    if (!options.keep) await rm(folder, { recursive: true, force: true });
  }
}
