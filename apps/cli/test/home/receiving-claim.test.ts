import { mkdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { claimReceiving } from '../../src/home/receiving-claim.ts';
import { fakeSurroundings, temporaryFolder } from './command-run.ts';

const folder = temporaryFolder();
const claim = (name: string) => claimReceiving(folder.inside(name), fakeSurroundings().surroundings);

describe('claimReceiving', () => {
  it('gives a home to one at a time, and says who has it', async () => {
    const release = await claim('home');
    await expect(claim('home')).rejects.toMatchObject({ problem: 'receiving' });
    const others = await claim('another');
    await release();
    await release();
    await (await claim('home'))();
    await others();
  });

  it('names its folder if that cannot be opened, and what helps, which does [F1]', async () => {
    const place = folder.inside('home/receiving');
    await mkdir(place, { recursive: true });
    await writeFile(`${place}/000007.ldb`, 'left over');
    const refused = await claim('home').catch((error: unknown) => error);
    expect(refused).toMatchObject({ problem: 'claim unusable' });
    expect((refused as Error).message).toMatch(
      new RegExp(`^The folder ${place} .* delete it, then try again`),
    );
    await rm(place, { recursive: true });
    await (await claim('home'))();
  });
});
