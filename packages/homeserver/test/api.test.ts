import { describe, expect, it } from 'vitest';
import * as fetchAdapter from '../src/fetch/index.ts';
import * as homeserver from '../src/index.ts';
import * as sdkForBrowsers from '../src/sdk/index.ts';
import * as sdkForNode from '../src/sdk/node/index.ts';
import * as testing from '../src/testing.ts';
import * as wire from '../src/wire/index.ts';

describe('the package', () => {
  it('exports exactly this', () => {
    expect(Object.keys(homeserver).sort()).toEqual([
      'HOMESERVER_ERRORS',
      'HomeserverError',
      'capabilitiesAllow',
      'formatCapabilities',
      'isStoragePath',
      'parseAuthRequest',
      'parseCapabilities',
      'parseStoragePath',
    ]);
  });

  it('exports exactly this for fetch, and the same for the SDK everywhere', () => {
    expect(Object.keys(fetchAdapter)).toEqual(['createFetchHomeserver']);
    expect(Object.keys(sdkForNode)).toEqual(['createSdkHomeserver']);
    expect(Object.keys(sdkForBrowsers)).toEqual(['createSdkHomeserver']);
  });

  it('exports exactly this for tests', () => {
    expect(Object.keys(testing).sort()).toEqual(['createMemoryHomeserver', 'homeserverContract']);
  });

  it('exports exactly this of the wire', () => {
    expect(Object.keys(wire).sort()).toEqual([
      'AUTH_REQUEST_MAXIMUM_LENGTH',
      'AUTH_SECRET_BYTES',
      'CAPABILITIES_MAXIMUM_LENGTH',
      'LIST_DEFAULT_LIMIT',
      'LIST_MAXIMUM_LIMIT',
      'PATH_MAXIMUM_BYTES',
      'ROOT_CAPABILITIES',
      'SEGMENT_MAXIMUM_BYTES',
      'SESSION_RECORD_MAXIMUM_BYTES',
      'TOKEN_MAXIMUM_BYTES',
      'TOKEN_WINDOW_MS',
      'assembleAuthToken',
      'authChannelId',
      'authChannelUrl',
      'authTokenId',
      'authTokenSignable',
      'capabilitiesAllow',
      'contentEtag',
      'createAuthToken',
      'decodeSessionRecord',
      'decodeStoragePath',
      'encodeSessionRecord',
      'formatAuthRequest',
      'formatCapabilities',
      'formatCapability',
      'formatEtag',
      'formatEventMessage',
      'formatEventPage',
      'formatListing',
      'formatResource',
      'isRelayUrl',
      'isStoragePath',
      'mergeCapabilities',
      'openAuthToken',
      'parseAuthRequest',
      'parseAuthToken',
      'parseCapabilities',
      'parseCapability',
      'parseEtag',
      'parseEventMessage',
      'parseEventPage',
      'parseListing',
      'parseResource',
      'parseStoragePath',
      'readCapabilities',
      'sealAuthToken',
      'verifyAuthToken',
    ]);
  });

  it('has exactly these codes', () => {
    expect(Object.keys(homeserver.HOMESERVER_ERRORS)).toEqual([
      'HOMESERVER_BAD_KEY',
      'HOMESERVER_BAD_LIMIT',
      'HOMESERVER_BAD_CONTENT_TYPE',
      'HOMESERVER_NO_HOMESERVER',
      'HOMESERVER_UNLOCATED',
      'HOMESERVER_INSECURE_URL',
      'HOMESERVER_OFFLINE',
      'HOMESERVER_TIMED_OUT',
      'HOMESERVER_CANCELLED',
      'HOMESERVER_UNAUTHORISED',
      'HOMESERVER_FORBIDDEN',
      'HOMESERVER_BODY_TOO_LARGE',
      'HOMESERVER_ANSWER_TOO_LARGE',
      'HOMESERVER_QUOTA_EXCEEDED',
      'HOMESERVER_RATE_LIMITED',
      'HOMESERVER_SERVER_ERROR',
      'HOMESERVER_REFUSED',
      'HOMESERVER_ALREADY_SIGNED_UP',
      'HOMESERVER_NOT_SIGNED_UP',
      'HOMESERVER_INVITE_REFUSED',
      'HOMESERVER_TOKEN_REFUSED',
      'HOMESERVER_SESSION_CLOSED',
      'HOMESERVER_BAD_SESSION_EXPORT',
      'HOMESERVER_VAULT_FAILED',
      'HOMESERVER_FLOW_CLOSED',
      'HOMESERVER_SIGN_UP_NOT_AGREED',
      'HOMESERVER_DIRECTORY_FAILED',
      'HOMESERVER_TOO_MANY_FILES',
      'HOMESERVER_BAD_TOKEN',
      'HOMESERVER_TOKEN_EXPIRED',
      'HOMESERVER_TOKEN_EARLY',
      'HOMESERVER_BAD_PATH',
      'HOMESERVER_BAD_CAPABILITIES',
      'HOMESERVER_BAD_AUTH_REQUEST',
      'HOMESERVER_BAD_SEALED_TOKEN',
      'HOMESERVER_BAD_ANSWER',
      'HOMESERVER_SDK_MISSING',
      'HOMESERVER_SDK_FAILED',
      'HOMESERVER_SDK_BROKEN',
    ]);
  });
});
