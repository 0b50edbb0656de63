import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDemoOptions } from '../../src/demo/demo-options.ts';
import { createPresentParticipant, type PresentParticipant } from '../../src/demo/scenes.ts';
import type { Stage } from '../../src/demo/stage.ts';
import { openStageNetwork } from '../../src/demo/stage-network.ts';

/** A stage in this process, over a network of its own, and what was seen on it. */
export interface StageInProcess extends Stage {
  /** Each `Name step`, in order. */
  readonly steps: string[];
  /** Titles of chapters. */
  readonly chapters: string[];
  /** Each `Label: text`. */
  readonly notes: string[];
  /** How many files lie in each folder, by `person/folder`. */
  stored(): Promise<Readonly<Record<string, number>>>;
}

async function filesBelow(folder: string): Promise<Record<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const counts: Record<string, number> = {};
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const key = entry.parentPath.slice(folder.length + 1);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Sets up a stage on which every participant is in this process, and clears it in the end. */
export async function onStage<Result>(
  args: readonly string[],
  work: (stage: StageInProcess) => Promise<Result>,
): Promise<Result> {
  const options = readDemoOptions(args);
  if (options === undefined) throw new Error('these arguments ask for help');
  const folder = await mkdtemp(join(tmpdir(), 'paykit-demo-test-'));
  const network = await openStageNetwork();
  const present: PresentParticipant[] = [];
  const steps: string[] = [];
  const chapters: string[] = [];
  const notes: string[] = [];
  const step = (who: string, text: string): void => void steps.push(`${who} ${text}`);
  try {
    return await work({
      options,
      folder,
      network,
      steps,
      chapters,
      notes,
      story: {
        chapter: (title) => void chapters.push(title),
        step,
        note: (label, text) => void notes.push(`${label}: ${text}`),
      },
      cast(name) {
        const participant = createPresentParticipant((text, role = name) => step(role, text));
        present.push(participant);
        return participant;
      },
      stored: () => filesBelow(folder),
    });
  } finally {
    for (const participant of present) await participant.leave();
    await network.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The steps in which `text` stands, by their places in the story. */
export function places(steps: readonly string[], text: string): readonly number[] {
  return steps.flatMap((step, index) => (step.includes(text) ? [index] : []));
}

/** The places of these texts, which must each stand in one step. */
export function placesInOrder(steps: readonly string[], texts: readonly string[]): readonly number[] {
  return texts.map((text) => {
    const found = places(steps, text);
    if (found.length !== 1) throw new Error(`"${text}" stands in ${found.length} steps`);
    return found[0] ?? -1;
  });
}
