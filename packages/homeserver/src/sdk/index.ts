export { createSdkHomeserver } from './create-sdk-homeserver.ts';
export type { SdkHomeserver, SdkHomeserverOptions } from './sdk-homeserver.ts';
