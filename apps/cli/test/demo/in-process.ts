import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCodedError, type ProfileName } from 'pubky-paykit';
import { type BookKeeper, createAddressBook, createBookKeeper } from '../../src/demo/address-book.ts';
import type { DemoResult, DemoTask } from '../../src/demo/events.ts';
import { runPayee } from '../../src/demo/payee.ts';
import { runPayer } from '../../src/demo/payer.ts';

type Role = DemoTask['role'];
type ResultOf<Kind> = Extract<DemoResult, { kind: Kind }>;

/** What came of one demonstration: everything that was told, in order, and what lies in the folders. */
export interface Shown {
  /** Each `role step`. */
  readonly steps: readonly string[];
  /** The receipts or requests each side reported. */
  readonly outcomes: Readonly<Record<Role, string | undefined>>;
  /** How many files lie in each folder, by `role/folder`. */
  readonly stored: Readonly<Record<string, number>>;
  /** How each side failed: the code of its error, else its text. */
  readonly failures: Readonly<Record<Role, string | undefined>>;
}

async function failureOf(running: Promise<void>): Promise<string | undefined> {
  try {
    await running;
    return undefined;
  } catch (error) {
    return isCodedError(error) ? error.code : (error as Error).message;
  }
}

/** A promise and the function that resolves it. */
function signal<Value>(): { readonly given: Promise<Value>; readonly give: (value: Value) => void } {
  let give: (value: Value) => void = () => {};
  const given = new Promise<Value>((resolve) => {
    give = resolve;
  });
  return { given, give };
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

/** Both participants of one pattern in this process, over a real connection. */
export async function showInProcess(
  pattern: ProfileName,
  keepBook: BookKeeper = createBookKeeper(),
): Promise<Shown> {
  const folder = await mkdtemp(join(tmpdir(), 'paykit-demo-test-'));
  const book = createAddressBook(keepBook);
  const steps: string[] = [];
  const outcomes: Record<Role, string | undefined> = { payer: undefined, payee: undefined };
  const [address, noted, finish] = [signal<ResultOf<'address'>>(), signal<void>(), signal<void>()];
  const teller = (role: Role) => (step: string, result?: DemoResult) => {
    steps.push(`${role} ${step}`);
    if (result?.kind === 'address') address.give(result);
    if (result?.kind !== 'outcome') return;
    outcomes[role] = result.json;
    if (role === 'payee') noted.give();
  };
  const common = { pattern, method: 'lightning' };
  try {
    const paid = failureOf(
      runPayee(
        { role: 'payee', folder: join(folder, 'payee'), ...common },
        { tell: teller('payee'), book, finished: finish.given },
      ),
    );
    const { port, identity } = await address.given;
    const payer = await failureOf(
      runPayer(
        {
          role: 'payer',
          folder: join(folder, 'payer'),
          port,
          payee: identity,
          amount: '21',
          currency: 'SAT',
          ...common,
        },
        { tell: teller('payer'), book },
      ),
    );
    // A refused payer hears of it before the payee ends, and in N it is gone before anything is noted.
    if (payer === undefined || payer === 'PAYKIT_REFUSED_BY_PEER') await Promise.race([noted.given, paid]);
    finish.give();
    return { steps, outcomes, stored: await filesBelow(folder), failures: { payer, payee: await paid } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
