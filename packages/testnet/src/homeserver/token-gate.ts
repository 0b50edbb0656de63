import {
  authTokenId,
  TOKEN_WINDOW_MS,
  type VerifiedAuthToken,
  verifyAuthToken,
} from '@pubky-paykit/homeserver/wire';
import { type Clock, isCodedError } from '@pubky-paykit/primitives';
import { TOKENS_REMEMBERED } from '../constants.ts';
import { Refusal } from '../http/exchange.ts';

const MICROSECONDS_PER_MS = 1_000n;

/** Lets each token in once. */
export interface TokenGate {
  /** @throws Refusal 400 for a token that is malformed, not signed, too old or early, or was used before. */
  admit(bytes: Uint8Array): VerifiedAuthToken;
}

/** Remembers tokens for as long as they could be used again; in memory, as the official server does. */
export function createTokenGate(clock: Clock): TokenGate {
  /** Until when each is remembered, in milliseconds. */
  const used = new Map<string, number>();
  const forget = (now: number): void => {
    for (const [id, untilMs] of used) if (untilMs < now) used.delete(id);
  };
  return {
    admit(bytes) {
      const now = clock.now();
      let token: VerifiedAuthToken;
      try {
        token = verifyAuthToken(bytes, { now });
      } catch (error) {
        if (!isCodedError(error)) throw error;
        throw new Refusal(400, error.code);
      }
      const id = authTokenId(token);
      if (used.has(id)) throw new Refusal(400, 'AuthToken already used');
      if (used.size >= TOKENS_REMEMBERED) forget(now);
      if (used.size >= TOKENS_REMEMBERED) throw new Refusal(503, 'too many have signed in lately');
      used.set(id, Number(token.timestamp / MICROSECONDS_PER_MS) + TOKEN_WINDOW_MS + 1);
      return token;
    },
  };
}
