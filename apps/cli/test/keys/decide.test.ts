import { hex } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { runDecide } from '../../src/keys/decide.ts';
import { runDiscover } from '../../src/keys/discover.ts';
import { runPeers } from '../../src/keys/peers.ts';
import { runPublish } from '../../src/keys/publish.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { localNetwork, type RunOptions, temporaryFolder } from '../home/command-run.ts';
import { createPerson, createPublished, type Person, paidLine } from '../payments/people.ts';
import { damage, meet, rot } from './doubts.ts';

const folder = temporaryFolder();
const network = localNetwork();

const SHOWN = new Uint8Array(32).fill(9);

/** Somebody at the terminal who answers so, and what was asked. */
function answering(answer: boolean): { readonly options: RunOptions; readonly questions: string[] } {
  const questions: string[] = [];
  const confirm = async (question: string): Promise<boolean> => {
    questions.push(question);
    return answer;
  };
  return { questions, options: { dialog: { confirm } } };
}

async function stateAt(payer: Person): Promise<string> {
  return (JSON.parse((await payer.run(runPeers, ['--json'])).output) as { readonly state: string }).state;
}

const doubterAt = ({ home }: Person) => ({ folder: home, environment: network.environment });

/** A payee whose first contact showed another key than it publishes, and a payer who has seen both. */
async function conflict(): Promise<{
  readonly payee: Person;
  readonly payer: Person;
  readonly published: string;
}> {
  const payer = await createPublished(folder.path, 'payer', network.environment);
  const payee = await createPerson(folder.path, 'payee', network.environment);
  await meet(doubterAt(payer), payee.identity, SHOWN);
  expect((await payee.run(runPublish)).error).toBeUndefined();
  return { payee, payer, published: await payee.noiseKey() };
}

/** A payee that has revoked the key a payer knows, and then made a new one. */
async function revoked(): Promise<{
  readonly payee: Person;
  readonly payer: Person;
  readonly before: string;
}> {
  const payer = await createPublished(folder.path, 'payer', network.environment);
  const payee = await createPublished(folder.path, 'payee', network.environment);
  const before = await payee.noiseKey();
  await payer.run(runDiscover, [payee.identity]);
  await payee.run(runRevoke, ['--no-successor', '--yes']);
  await payer.run(runDiscover, [payee.identity]);
  await payee.run(runPublish, ['--new-key']);
  return { payee, payer, before };
}

describe('runDecide', () => {
  it('lets a payer go on whom a conflict has stopped, and who was told the command [S3.3] [F3]', async () => {
    const { payee, payer, published } = await conflict();
    const refused = await payer.pay(payee.identity);
    expect(refused.error).toMatchObject({ problem: 'conflict' });
    expect(refused.error?.message).toContain(`paykit keys decide ${payee.identity} --accept KEY`);
    const discovered = await payer.run(runDiscover, [payee.identity]);
    expect(discovered.error?.message).toContain(`paykit keys decide ${payee.identity} --accept KEY`);

    const { options, questions } = answering(true);
    const args = [payee.identity, '--accept', `${published.slice(0, 16)}…`];
    const decided = await payer.run(runDecide, args, options);
    expect(decided.error).toBeUndefined();
    expect(decided.output).toContain(`Accepts   ${published}\nAgainst   ${hex.encode(SHOWN)}\n`);
    expect(questions).toEqual([expect.stringContaining(payee.identity)]);
    expect(await stateAt(payer)).toBe('tofu');

    const receiving = await payee.receive(['--once']);
    const paid = paidLine(await payer.pay(payee.identity));
    await receiving.ended;
    expect(paid.key).toMatchObject({ noiseKey: published, state: 'verified' });
  });

  it('accepts the key from before, which a record that names another one disputes again [S3.3]', async () => {
    const { payee, payer } = await conflict();
    await payer.run(runDiscover, [payee.identity]);
    const args = [payee.identity, '--accept', hex.encode(SHOWN), '--yes'];
    const { error, output } = await payer.run(runDecide, args);
    expect(error).toBeUndefined();
    expect(output).toContain('a conflict again');
    expect((await payer.pay(payee.identity)).error).toMatchObject({ problem: 'conflict' });
  });

  it('does nothing after a no, and wants --yes where nobody can be asked', async () => {
    const { payee, payer, published } = await conflict();
    await payer.run(runDiscover, [payee.identity]);
    for (const decision of [['--accept', published], ['--forget'], ['--forget-history']]) {
      const args = [payee.identity, ...decision];
      const { error } = await payer.run(runDecide, args, answering(false).options);
      expect(error?.message).toBe('Nothing was done.');
      expect((await payer.run(runDecide, args)).error).toBeInstanceOf(UsageError);
    }
    expect(await stateAt(payer)).toBe('conflict');
  });

  it('accepts none but one of the two keys in conflict [S3.3]', async () => {
    const { payee, payer, published } = await conflict();
    const accept = (key: string) => payer.run(runDecide, [payee.identity, '--accept', key, '--yes']);
    // Before the record was seen there is one key only, and of a stranger there is none.
    expect((await accept(published)).error?.message).toContain('no two keys');
    const stranger = await payer.run(runDecide, [payer.identity, '--accept', published, '--yes']);
    expect(stranger.error?.message).toContain('No key of');
    await payer.run(runDiscover, [payee.identity]);
    expect((await accept('f'.repeat(16))).error?.message).toContain('Neither key begins');
    expect((await accept(published.slice(0, 15))).error).toBeInstanceOf(UsageError);
    expect(await stateAt(payer)).toBe('conflict');
  });

  it('names the home that was given in the commands that look into it [F3]', async () => {
    const { payee, payer, published } = await conflict();
    const peers = `\`paykit keys peers --home ${payer.home}\``;
    const decide = (args: readonly string[]) => payer.run(runDecide, [payee.identity, ...args, '--yes']);
    const { output } = await payer.run(runDiscover, [payee.identity, '--json']);
    expect((JSON.parse(output) as { readonly next: string }).next).toContain(peers);
    expect((await decide(['--accept', 'f'.repeat(16)])).error?.message).toContain(`Neither key begins`);
    expect((await decide(['--accept', 'f'.repeat(16)])).error?.message).toContain(peers);
    expect((await decide(['--accept', 'short'])).error?.message).toContain(peers);
    expect((await decide(['--forget', '--device', 'other'])).error?.message).toContain(peers);
    expect((await decide(['--forget-history', '--device', 'other'])).error?.message).toContain(peers);
    expect((await decide(['--accept', published])).error).toBeUndefined();
    expect((await decide(['--accept', published])).error?.message).toContain(peers);
    await damage(doubterAt(payer), payee.identity);
    const damaged = await payer.run(runDiscover, [payee.identity]);
    expect(damaged.error?.message).toContain(
      `\`paykit keys decide ${payee.identity} --forget-history --home ${payer.home}\``,
    );
    await rot(doubterAt(payer), payee.identity);
    const rotten = await payer.pay(payee.identity);
    expect(rotten.error?.message).toContain(
      `\`paykit keys decide ${payee.identity} --device default --forget-history --home ${payer.home}\``,
    );
  });

  it('refuses to choose by digits that both keys begin with [S3.3]', async () => {
    const payer = await createPublished(folder.path, 'payer', network.environment);
    const payee = await createPublished(folder.path, 'payee', network.environment);
    const published = await payee.noiseKey();
    // Somebody in between who has tried keys until one looked like the right one.
    const alike = hex.decode(published.slice(0, 16) + '7'.repeat(48));
    const met = meet(doubterAt(payer), payee.identity, alike);
    await expect(met).rejects.toMatchObject({ code: 'DISCOVERY_KEY_CONFLICT' });
    const accept = (key: string) => payer.run(runDecide, [payee.identity, '--accept', key, '--yes']);
    expect((await accept(published.slice(0, 16))).error?.message).toContain('Both keys begin');
    expect((await accept(published)).output).toContain(`Against   ${hex.encode(alike)}`);
  });

  it('does not accept a key that was revoked meanwhile [S2.3] [F3]', async () => {
    const { payee, payer, published } = await conflict();
    await payer.run(runDiscover, [payee.identity]);
    await payee.run(runRevoke, ['--no-successor', '--yes']);
    const found = await payer.run(runDiscover, [payee.identity]);
    expect(found.error?.message).toMatch(/^revoked: .*two keys are known.*paykit keys decide/s);
    const { error } = await payer.run(runDecide, [payee.identity, '--accept', published, '--yes']);
    expect(error?.message).toMatch(/^DISCOVERY_KEY_REVOKED: /);
    expect(error?.message).toContain(
      `\`paykit keys decide ${payee.identity} --forget --home ${payer.home}\``,
    );
    expect(await stateAt(payer)).toBe('conflict');
  });

  it('forgets a revoked key for the new one, and the revoked one stays refused [S2.3] [F3]', async () => {
    const { payee, payer, before } = await revoked();
    const refused = await payer.pay(payee.identity);
    expect(refused.error).toMatchObject({ problem: 'revoked' });
    expect(refused.error?.message).toContain(`paykit keys decide ${payee.identity} --forget`);
    const found = await payer.run(runDiscover, [payee.identity]);
    expect(found.told).toContain(`paykit keys decide ${payee.identity} --forget`);

    const decided = await payer.run(runDecide, [payee.identity, '--forget', '--yes']);
    expect(decided.error).toBeUndefined();
    expect(decided.output).toContain(`Forgets   ${before}`);
    expect(decided.told).toBe('');
    const met = meet(doubterAt(payer), payee.identity, hex.decode(before));
    await expect(met).rejects.toMatchObject({ code: 'DISCOVERY_KEY_REVOKED' });
    const receiving = await payee.receive(['--once']);
    expect(paidLine(await payer.pay(payee.identity)).key.state).toBe('verified');
    await receiving.ended;
    const { output } = await payer.run(runPeers, []);
    expect(output).toContain('State     verified');
    expect(output).toContain('Revoked   1 remembered');
  });

  it('forgets the history after a plain warning, also with --yes [S2.3]', async () => {
    const { payee, payer } = await revoked();
    const args = [payee.identity, '--forget-history', '--yes'];
    const { error, told, output } = await payer.run(runDecide, args);
    expect(error).toBeUndefined();
    expect(told).toMatch(/Warning: old keys .* revoked, may be taken again/);
    expect(output).toContain('Revoked   1\n');
    expect((await payer.run(runPeers, ['--json'])).output).toBe('');
    expect((await payer.run(runDecide, args)).error?.message).toContain('Nothing of');
    const forget = await payer.run(runDecide, [payee.identity, '--forget', '--yes']);
    expect(forget.error?.message).toContain('No key of');
  });

  it('gets over what is damaged with its history only, as the refusals say [F3]', async () => {
    const payer = await createPublished(folder.path, 'payer', network.environment);
    const payee = await createPublished(folder.path, 'payee', network.environment);
    await payer.run(runDiscover, [payee.identity]);
    await damage(doubterAt(payer), payee.identity);
    const refusals = [
      await payer.run(runDiscover, [payee.identity]),
      await payer.pay(payee.identity),
      await payer.run(runDecide, [payee.identity, '--forget', '--yes']),
    ];
    for (const { error } of refusals) {
      expect(error?.message).toMatch(/^DISCOVERY_CACHED_KEY_DAMAGED: .*--forget-history/);
    }
    const { error, output } = await payer.run(runDecide, [payee.identity, '--forget-history', '--yes']);
    expect(error).toBeUndefined();
    expect(output).toContain('cannot be read');
    expect((await payer.run(runDiscover, [payee.identity])).error).toBeUndefined();
    expect(await stateAt(payer)).toBe('verified');
  });

  it('is about one device [S3.3]', async () => {
    const { payee, payer } = await conflict();
    await payer.run(runDiscover, [payee.identity]);
    const args = [payee.identity, '--device', 'phone', '--forget', '--yes'];
    expect((await payer.run(runDecide, args)).error?.message).toContain('(device phone)');
    expect(await stateAt(payer)).toBe('conflict');
  });

  it.each([
    [[]],
    [['IDENTITY']],
    [['IDENTITY', '--accept', 'beef']],
    [['IDENTITY', '--forget', '--forget-history']],
    [['IDENTITY', '--forget', '--accept', 'a'.repeat(64)]],
    [['IDENTITY', '--forget', '--device', 'No']],
    [['nonsense', '--forget']],
  ])('answers wrong usage %j', async (args) => {
    const payer = await createPerson(folder.path, 'payer', network.environment);
    const written = args.map((each) => (each === 'IDENTITY' ? payer.identity : each));
    expect((await payer.run(runDecide, [...written, '--yes'])).error).toBeInstanceOf(UsageError);
  });
});
