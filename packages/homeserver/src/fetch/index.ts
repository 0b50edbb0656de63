export type { CookieKeeper } from '../sessions/open-session.ts';
export type { HomeserverDirectory, HomeserverEndpoint } from './directory.ts';
export {
  createFetchHomeserver,
  type FetchHomeserver,
  type FetchHomeserverOptions,
  type FetchSignInOptions,
} from './fetch-homeserver.ts';
