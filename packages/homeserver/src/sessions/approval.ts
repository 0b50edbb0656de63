import { type IdentitySigner, wipe } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { authChannelUrl, sealAuthToken } from '../wire/auth-channel.ts';
import type { AuthRequest } from '../wire/auth-request.ts';
import { createAuthToken } from '../wire/auth-token.ts';
import { type RelayParts, sendToRelay } from './auth-relay.ts';
import type { ApprovalOptions } from './homeserver.ts';

/**
 * Signs the token that a link asks for and hands it over, sealed.
 *
 * @param request Its secret is borrowed. @param timestamp Microseconds, for the token.
 */
export async function approveRequest(
  parts: RelayParts,
  signer: IdentitySigner,
  { relay, capabilities, secret }: AuthRequest,
  timestamp: bigint,
  options: CallOptions,
): Promise<void> {
  const token = await createAuthToken(signer, { capabilities, timestamp });
  try {
    const [url, sealed] = secret.use((bytes) => [
      authChannelUrl(relay, bytes),
      sealAuthToken(token, bytes, parts.random),
    ]);
    await sendToRelay(parts, url, sealed, options);
  } finally {
    wipe(token);
  }
}

/** The sign-up that a link asks for. @throws HOMESERVER_SIGN_UP_NOT_AGREED if nobody has agreed to it. */
export function agreedSignUp({ signUp }: AuthRequest, options: ApprovalOptions): AuthRequest['signUp'] {
  if (signUp === undefined || options.signUp === true) return signUp;
  throw new HomeserverError('HOMESERVER_SIGN_UP_NOT_AGREED');
}
