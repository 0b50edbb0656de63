import { describe, it } from 'vitest';
import type { ContractCase } from '../src/testing.ts';

/** The contract as tests of this runner. */
export function runContract(adapter: string, cases: readonly ContractCase[]): void {
  describe(adapter, () => {
    for (const { name, skip, run } of cases) {
      if (skip === undefined) it(name, run);
      else it.skip(`${name} (${skip})`);
    }
  });
}
