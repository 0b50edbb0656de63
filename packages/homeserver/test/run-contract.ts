import { describe, it } from 'vitest';
import type { ContractCase } from '../src/testing.ts';

/** The contract as tests of this runner. */
export function runContract(adapter: string, cases: readonly ContractCase[]): void {
  describe(adapter, () => {
    for (const { name, skip, run } of cases) {
      if (skip === undefined) {
        it(name, run);
        continue;
      }
      console.log(`Skipped: ${adapter}: ${name} (${skip}).`);
      it.skip(`${name} (${skip})`);
    }
  });
}
