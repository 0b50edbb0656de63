import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { createProvisionalReceipt, encodeReceipt, type PaykitReceipt, zBase32 } from 'pubky-paykit';
import { beforeEach, describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { receiptFileName } from '../../src/file-receipt-store.ts';
import { openPaymentStores } from '../../src/payments/payment-folders.ts';
import { listReceipts } from '../../src/payments/receipt-files.ts';
import { RECEIPTS_HELP, readReceiptsOptions, runReceipts } from '../../src/payments/receipts.ts';
import { run, temporaryFolder } from '../home/command-run.ts';
import { createPerson, type Person } from './people.ts';

const folder = temporaryFolder();
const bytesOf = (identity: string): Uint8Array => zBase32.decode(identity, 32);

describe('runReceipts', () => {
  let alice: Person;
  let bob: Person;
  beforeEach(async () => {
    alice = await createPerson(folder.path, 'alice', {});
    bob = await createPerson(folder.path, 'bob', {});
  });

  const keep = (createdAt: number, more: Partial<PaykitReceipt> = {}): Promise<PaykitReceipt> => {
    const [payer, payee] = [bytesOf(alice.identity), bytesOf(bob.identity)];
    const made = createProvisionalReceipt({
      payer,
      payee,
      methodId: 'onchain',
      amount: '5',
      currency: 'EUR',
    });
    return openPaymentStores(alice.home).receipts.keep({ ...made, createdAt, ...more });
  };

  it('lists what was paid and what came in, the newest first, for people [F1]', async () => {
    await keep(1_000_000_000);
    const [payer, payee] = [bytesOf(bob.identity), bytesOf(alice.identity)];
    const { receiptId } = await keep(1_000_000_060, { payer, payee, amount: '7' });
    const { output, told, error } = await alice.run(runReceipts);
    expect([error, told]).toEqual([undefined, '']);
    const [newest, oldest] = output.split('\n\n');
    expect(newest).toBe(
      [
        'Amount    7 EUR',
        'Method    onchain',
        `Paid by   ${bob.identity}`,
        'Created   2001-09-09 01:47:40 UTC',
        `Receipt   ${receiptId}`,
      ].join('\n'),
    );
    expect(oldest).toContain(`Paid to   ${bob.identity}\nCreated   2001-09-09 01:46:40 UTC`);
  });

  it('gives programs a line for each, with the role of this identity [F3]', async () => {
    await keep(20);
    await keep(10, { payer: bytesOf(bob.identity) });
    const { output } = await alice.run(runReceipts, ['--json']);
    const lines = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { role: 'payer', peer: bob.identity, amount: '5', currency: 'EUR', method: 'onchain', createdAt: 20 },
      { role: 'neither', payer: bob.identity, payee: bob.identity, createdAt: 10 },
    ]);
    expect((await alice.run(runReceipts)).output).toContain(`Payer     ${bob.identity}\nPayee     `);
  });

  it('shows as many as it is asked for, and says how many there are', async () => {
    for (let at = 1; at <= 3; at++) await keep(at);
    const { output, told } = await alice.run(runReceipts, ['--json', '--limit', '2']);
    expect(output.match(/"createdAt":\d/g)).toEqual(['"createdAt":3', '"createdAt":2']);
    expect(told).toBe('Shown are the newest 2 of 3; --limit shows more.\n');
  });

  it('says that there is none, and needs neither passphrase nor the store', async () => {
    const environment = { PAYKIT_PASSPHRASE: undefined };
    const empty = await alice.withHome(() => alice.run(runReceipts, [], { environment }));
    expect(empty).toMatchObject({ output: '', error: undefined });
    expect(empty.told).toMatch(/^No receipt is kept/);
    const nobody = await run(runReceipts, ['--home', folder.inside('nobody')]);
    expect(nobody.error).toMatchObject({ problem: 'no identity' });
  });

  it('is not stopped by files that are damaged, or are none, and leaves no control characters', async () => {
    const at = join(alice.home, 'receipts');
    const kept = await keep(1, { receiptId: 'a\u001b[2J' });
    const named = (digit: string): string => join(at, `${digit.repeat(64)}.json`);
    await writeFile(named('0'), '{');
    await writeFile(named('1'), encodeReceipt(kept));
    await writeFile(named('2'), 'x'.repeat(70_000));
    await mkdir(named('3'));
    await symlink(join(at, receiptFileName(kept)), named('4'));
    await writeFile(join(at, '.draft-1'), 'half');
    await writeFile(join(at, 'notes.txt'), 'mine');
    const { output, told, error } = await alice.run(runReceipts);
    expect(error).toBeUndefined();
    expect(output).toContain('Receipt   a\ufffd[2J\n');
    expect(output.match(/Receipt/g)).toHaveLength(1);
    expect(told).toMatch(/^Files that are no receipts, or damaged: 5 \([0-9a-f]{64}\.json, .*, …\)\./);
  });
});

describe('listReceipts', () => {
  it('gives the first of all of them sorted, whatever the limit', async () => {
    const payer = bytesOf('8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo');
    const made = createProvisionalReceipt({ payer, payee: payer, methodId: 'm' });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 14 }),
        async (times, limit) => {
          const place = folder.inside(`run-${runs++}`);
          const { receipts } = openPaymentStores(place);
          for (const [at, createdAt] of times.entries()) {
            await receipts.keep({ ...made, createdAt, receiptId: `r${at}` });
          }
          const all = await listReceipts(join(place, 'receipts'), times.length + 1);
          expect(all.receipts.map(({ createdAt }) => createdAt)).toEqual([...times].sort((a, b) => b - a));
          const some = await listReceipts(join(place, 'receipts'), limit);
          expect(some.receipts).toEqual(all.receipts.slice(0, limit));
          expect([some.total, some.damaged]).toEqual([times.length, 0]);
        },
      ),
      { numRuns: effort(60) },
    );
  });
});

describe('readReceiptsOptions', () => {
  it('shows twenty unless told otherwise', () => {
    expect(readReceiptsOptions([], {})).toMatchObject({ limit: 20, json: false });
    expect(readReceiptsOptions(['--limit', '500', '--json'], {})).toMatchObject({ limit: 500, json: true });
    expect(readReceiptsOptions(['--help'], {})).toBeUndefined();
    expect(RECEIPTS_HELP).toContain('1 to 500 (default: 20)');
  });

  it.each([['0'], ['501'], ['-1'], ['1e2'], ['']])('refuses a limit of %j', (limit) => {
    expect(() => readReceiptsOptions([`--limit=${limit}`], {})).toThrow(
      '--limit wants a number from 1 to 500.',
    );
  });
});
