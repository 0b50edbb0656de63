import { errorRow } from '@pubky-paykit/primitives';

/** What can go wrong with the SDK itself. */
export const SDK_ERRORS = {
  HOMESERVER_SDK_MISSING: errorRow({
    summary: 'the package @synonymdev/pubky could not be loaded',
    nextStep: 'Install it beside this package; on React Native, which has no WebAssembly, use `./fetch`.',
    retryable: false,
  }),
  HOMESERVER_SDK_FAILED: errorRow<{ what: string; name: string }>({
    summary: 'the SDK failed to {what} ({name})',
    nextStep: 'See the cause; if it happens again with the same input, report it to the SDK.',
    retryable: false,
  }),
  HOMESERVER_SDK_BROKEN: errorRow<{ what: string }>({
    summary: 'the SDK panicked when it should {what}',
    nextStep:
      'Try again: a fresh copy is loaded, except in browsers, which need the page loaded anew; then report it.',
    retryable: true,
  }),
} as const;
