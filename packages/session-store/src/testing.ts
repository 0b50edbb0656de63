export type { ConformanceCheck } from './testing/conformance-check.ts';
export { type Crash, type CrashScenario, crashEverywhere } from './testing/crash-everywhere.ts';
export {
  createFaultyStore,
  type FaultyStore,
  type FaultyStoreOptions,
  type StoreCall,
  type StoreFault,
} from './testing/faulty-store.ts';
export { type StorePlace, storeReopenConformance } from './testing/lifecycle-conformance.ts';
export { storeConformance } from './testing/store-conformance.ts';
