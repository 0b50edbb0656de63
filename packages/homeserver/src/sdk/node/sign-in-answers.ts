import { base64, type FetchResponse, zBase32 } from '@pubky-paykit/primitives';
import { SESSION_RECORD_MAXIMUM_BYTES } from '../../wire/session-record.ts';
import type { SignInAnswers } from '../pubky-module.ts';

/** Answers that nobody takes are those of calls that failed later: few, and not worth more. */
const CAPACITY = 100;
const SIGN_IN_PATHS: readonly string[] = ['/session', '/signup'];

/** A response as Node has it. */
export interface NodeResponse extends FetchResponse {
  clone(): FetchResponse;
}

/** Answers that can be watched as they come. */
export interface WatchedAnswers extends SignInAnswers {
  /** Remembers the answer if it signs somebody in. The response is borrowed: its body can still be read. */
  watch(request: { readonly method: string; readonly url: string }, response: NodeResponse): Promise<void>;
}

/** No answers yet. */
export function createSignInAnswers(): WatchedAnswers {
  const answers = new Map<string, FetchResponse>();
  return {
    async watch({ method, url }, response) {
      const signsIn = method === 'POST' && SIGN_IN_PATHS.includes(new URL(url).pathname);
      if (!signsIn || response.status !== 200) return;
      const body = new Uint8Array(await response.clone().arrayBuffer());
      if (body.length > SESSION_RECORD_MAXIMUM_BYTES) return;
      answers.set(base64.encode(body), { ...response, status: 200, headers: response.headers });
      const [oldest] = answers.keys();
      if (answers.size > CAPACITY && oldest !== undefined) answers.delete(oldest);
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
