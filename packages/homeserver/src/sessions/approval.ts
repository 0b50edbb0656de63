import { type IdentitySigner, wipe } from '@pubky-paykit/primitives';
import type { CallOptions } from '../storage/call-options.ts';
import { authChannelUrl, sealAuthToken } from '../wire/auth-channel.ts';
import type { AuthRequest } from '../wire/auth-request.ts';
import { createAuthToken } from '../wire/auth-token.ts';
import { type RelayParts, sendToRelay } from './auth-relay.ts';

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
