export type { SdkHomeserver, SdkHomeserverOptions } from '../sdk-homeserver.ts';
export { createSdkHomeserver } from './create-sdk-homeserver.ts';
