export { makeFolders } from './node/make-folders.ts';
