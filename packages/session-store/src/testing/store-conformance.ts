import type { DurableStore } from '../store/durable-store.ts';
import { commitConformance } from './commit-conformance.ts';
import type { ConformanceCheck } from './conformance-check.ts';
import { entryConformance } from './entry-conformance.ts';
import { lifecycleConformance } from './lifecycle-conformance.ts';
import { listConformance } from './list-conformance.ts';

/**
 * What every {@link DurableStore} owes its user; run it on each adapter and view, with any test runner.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from '@pubky-paykit/session-store';
 * import { storeConformance } from '@pubky-paykit/session-store/testing';
 * for (const { run } of storeConformance) await run(() => createMemoryStore());
 * ```
 */
export const storeConformance: readonly ConformanceCheck<DurableStore>[] = [
  ...entryConformance,
  ...commitConformance,
  ...listConformance,
  ...lifecycleConformance,
];
