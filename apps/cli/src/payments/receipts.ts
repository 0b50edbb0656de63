import { type PaykitReceipt, zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { UsageError } from '../command-errors.ts';
import { readKeyFile } from '../home/home-files.ts';
import { HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { sameBytes } from '../same-bytes.ts';
import { paymentFolders } from './payment-folders.ts';
import { printable } from './printable.ts';
import { listReceipts, type ReceiptListing } from './receipt-files.ts';
import { amountText, createdText, receiptFacts } from './receipt-report.ts';

const COMMAND = 'receipts';
const DEFAULT_LIMIT = 20;
/** Inclusive. */
const LARGEST_LIMIT = 500;

/** What `paykit receipts` is asked for. */
export interface ReceiptsOptions {
  readonly settings: HomeSettings;
  /** 1 to 500. */
  readonly limit: number;
  readonly json: boolean;
}

/** What `paykit receipts --help` prints. */
export const RECEIPTS_HELP = `Usage: paykit receipts [options]

Lists the confirmed receipts in the home, the newest first: of payments that this
identity has asked for with \`paykit pay\` and confirmed in \`paykit receive\`. The
time is the one that the payer named. No network and no passphrase are needed, and
another paykit may be at work. What came one way (n) is no receipt, and not listed.

  --limit N              how many, 1 to ${LARGEST_LIMIT} (default: ${DEFAULT_LIMIT})
  --json                 as one line of JSON for each receipt
  --home DIR             where they are (default: PAYKIT_HOME, else ~/.paykit)
  -h, --help             show this text
`;

/** @throws UsageError */
function readLimit(text: string): number {
  const limit = /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LARGEST_LIMIT) return limit;
  throw new UsageError(`--limit wants a number from 1 to ${LARGEST_LIMIT}.`, COMMAND);
}

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readReceiptsOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): ReceiptsOptions | undefined {
  const options = {
    home: HOME_OPTIONS.home,
    limit: { type: 'string', default: `${DEFAULT_LIMIT}` },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  const settings = readHomeSettings(values, environment, COMMAND);
  return { settings, limit: readLimit(values.limit), json: values.json };
}

/** What this identity is in a receipt, and who the other one is. */
interface Part {
  readonly role: 'payer' | 'payee' | 'neither';
  /** z-base-32; nothing if the receipt is about others, such as an identity that was in this home before. */
  readonly peer: string | undefined;
}

function partIn({ payer, payee }: PaykitReceipt, own: Uint8Array): Part {
  if (sameBytes(payer, own)) return { role: 'payer', peer: zBase32.encode(payee) };
  if (sameBytes(payee, own)) return { role: 'payee', peer: zBase32.encode(payer) };
  return { role: 'neither', peer: undefined };
}

function jsonOf(receipt: PaykitReceipt, part: Part): string {
  return `${JSON.stringify({ ...part, ...receiptFacts(receipt) })}\n`;
}

function textOf(receipt: PaykitReceipt, { role, peer }: Part): string {
  const { receiptId, methodId, payer, payee, createdAt } = receipt;
  const people =
    peer === undefined
      ? [['Payer', zBase32.encode(payer)] as const, ['Payee', zBase32.encode(payee)] as const]
      : [[role === 'payer' ? 'Paid to' : 'Paid by', peer] as const];
  const rows = [
    ['Amount', amountText(receipt)] as const,
    ['Method', printable(methodId)] as const,
    ...people,
    ['Created', createdText(createdAt)] as const,
    ['Receipt', printable(receiptId)] as const,
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join('');
}

/** What is to be said beside the receipts. */
function remarksOn({ receipts, total, damaged, examples }: ReceiptListing): readonly string[] {
  const names = examples.join(', ') + (damaged > examples.length ? ', …' : '');
  return [
    ...(total === 0 ? ['No receipt is kept: `paykit pay` and `paykit receive` keep them.\n'] : []),
    ...(total > receipts.length
      ? [`Shown are the newest ${receipts.length} of ${total}; --limit shows more.\n`]
      : []),
    ...(damaged > 0
      ? [`Files that are no receipts, or damaged: ${damaged} (${names}). Restore them from a backup.\n`]
      : []),
  ];
}

/** `paykit receipts` [F1] [F3]. @throws UsageError, HomeFailed */
export async function runReceipts(
  args: readonly string[],
  { environment, terminal }: Surroundings,
): Promise<void> {
  const options = readReceiptsOptions(args, environment);
  if (options === undefined) return terminal.write(RECEIPTS_HELP);
  const { settings, limit, json } = options;
  const { identity } = await readKeyFile(settings);
  const listing = await listReceipts(paymentFolders(settings.folder).receipts, limit);
  const texts = listing.receipts.map((receipt) => {
    const part = partIn(receipt, identity);
    return json ? jsonOf(receipt, part) : textOf(receipt, part);
  });
  terminal.write(texts.join(json ? '' : '\n'));
  for (const remark of remarksOn(listing)) terminal.tell(remark);
}
