export { makeFolders } from './node/make-folders.ts';
export { syncFolder } from './node/sync-folder.ts';
