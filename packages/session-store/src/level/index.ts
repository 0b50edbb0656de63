export { type OpenLevelStoreOptions, openLevelStore } from './open-level-store.ts';
