import { inThisProcess } from '../home/system-surroundings.ts';
import { runPay } from './pay.ts';
import { runReceipts } from './receipts.ts';
import { runReceive } from './receive.ts';

/** `paykit pay`. */
export function runPayCommand(args: readonly string[]): Promise<void> {
  return inThisProcess((surroundings) => runPay(args, surroundings));
}

/** `paykit receive`. */
export function runReceiveCommand(args: readonly string[]): Promise<void> {
  return inThisProcess((surroundings) => runReceive(args, surroundings));
}

/** `paykit receipts`. */
export function runReceiptsCommand(args: readonly string[]): Promise<void> {
  return inThisProcess((surroundings) => runReceipts(args, surroundings));
}
