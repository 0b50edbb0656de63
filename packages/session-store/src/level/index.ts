export { type OpenLevelStoreOptions, openLevelStore } from './open-level-store.ts';
export { type OpenSharedLevelStoreOptions, openSharedLevelStore } from './open-shared-level-store.ts';
