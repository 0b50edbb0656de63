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
});
