import { base64, type FetchResponse, readBody, zBase32 } from '@pubky-paykit/primitives';
import { SESSION_RECORD_MAXIMUM_BYTES } from '../../wire/session-record.ts';
import type { SignInAnswers } from '../pubky-module.ts';

/** Answers that nobody takes are those of calls that failed later: few, and not worth more. */
const CAPACITY = 100;
const SIGN_IN_PATHS: readonly string[] = ['/session', '/signup'];

/** A request, as far as it matters here. */
interface AnsweredRequest {
  readonly method: string;
  readonly url: string;
}

/** Answers that can be watched as they come. */
export interface WatchedAnswers extends SignInAnswers {
  /**
   * Remembers the answer if it signs somebody in.
   *
   * @param response Taken. @returns What the SDK gets: the SDK reads whatever comes, so of answers to sign-ins no more than a
   *   session record can be long.
   */
  watch(request: AnsweredRequest, response: FetchResponse): Promise<FetchResponse>;
}

/** The same answer, of which all has come. */
function replayed({ status, headers }: FetchResponse, body: Uint8Array): FetchResponse {
  const content = body.length === 0 ? null : Uint8Array.from(body);
  return new Response(content, { status, headers: headers as unknown as Headers });
}

/** No answers yet. */
export function createSignInAnswers(): WatchedAnswers {
  const answers = new Map<string, FetchResponse>();
  return {
    async watch({ method, url }, response) {
      if (method !== 'POST' || !SIGN_IN_PATHS.includes(new URL(url).pathname)) return response;
      const body = await readBody(response, SESSION_RECORD_MAXIMUM_BYTES);
      if (response.status === 200) {
        answers.set(base64.encode(body), response);
        const [oldest] = answers.keys();
        if (answers.size > CAPACITY && oldest !== undefined) answers.delete(oldest);
      }
      return replayed(response, body);
    },
    take(exported) {
      const answer = answers.get(exported);
      answers.delete(exported);
      return answer;
    },
    discard(owner) {
      const name = `${zBase32.encode(owner)}=`;
      const of = [...answers].filter(([, { headers }]) => headers.get('set-cookie')?.includes(name));
      for (const [exported] of of) answers.delete(exported);
      return of.length > 0;
    },
  };
}
