import { inspect } from 'node:util';
import { encodeUtf8, type Logger } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { HOMESERVER, scriptedHomeserver, signedIn } from './fetch-homeserver.ts';
import { fixedSigner } from './people.ts';
import { answer, type Script } from './scripted-fetch.ts';

const COOKIE = 'COOKIE-THAT-NOBODY-MAY-SEE';
const signer = fixedSigner(4);

/** Everything a curious person could print of a value. */
function everythingOf(value: unknown): string {
  const deep = inspect(value, { depth: 20, showHidden: true, getters: false });
  const own = Object.entries(value as object)
    .filter(([name]) => name !== 'url')
    .map(([name, part]) => `${name}: ${inspect(part, { depth: 20 })}`);
  return [deep, JSON.stringify(value), `${value}`, ...own].join('\n');
}

/** What goes wrong, in ways that carry the request along. */
const FAILURES: readonly (readonly [string, Script])[] = [
  ['a refusal', () => answer(401, COOKIE)],
  ['a server error', () => answer(500, COOKIE)],
  [
    'a connection that quotes the request',
    ({ headers, url, body }) => {
      const quoted = `${url} ${JSON.stringify(headers)} ${new TextDecoder().decode(body)}`;
      const cause = Object.assign(new Error(quoted), {
        code: 'ECONNRESET',
        request: { headers, body: quoted },
      });
      throw Object.assign(new TypeError(`cannot send ${quoted}`, { cause }), {
        request: { headers, body: quoted },
      });
    },
  ],
];

describe('a session', () => {
  const open = async (script: Script) => {
    let first = true;
    const lines: string[] = [];
    const log = (message: string, fields?: object): void => {
      lines.push(`${message} ${JSON.stringify(fields)}`);
    };
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const { homeserver } = scriptedHomeserver(
      (request) => {
        if (!first) return script(request);
        first = false;
        return signedIn(signer.publicKey, COOKIE);
      },
      { logger },
    );
    return { homeserver, lines, session: await homeserver.signIn(signer) };
  };

  it('shows its cookie nowhere [Q4]', async () => {
    const { session, homeserver } = await open(() => answer(200));
    for (const value of [session, session.storage, session.export(), homeserver]) {
      expect(everythingOf(value)).not.toContain(COOKIE);
    }
  });

  it.each(FAILURES)('shows its cookie in no error and no log after %s [Q4]', async (_, script) => {
    const { session, lines } = await open(script);
    const error = await session.storage.put('/pub/a', encodeUtf8('FILE-CONTENT')).catch((reason) => reason);
    const shown = `${everythingOf(error)} ${lines.join()}`;
    expect(shown).not.toContain(COOKIE);
    expect(shown).not.toContain('FILE-CONTENT');
  });
});

describe('an invite', () => {
  it.each(FAILURES)('is shown in no error after %s [Q4]', async (_, script) => {
    const { homeserver } = scriptedHomeserver(script);
    const work = homeserver.signUp(signer, { homeserver: HOMESERVER, invite: COOKIE });
    expect(everythingOf(await work.catch((reason) => reason))).not.toContain(COOKIE);
  });
});

describe('a sign-in link', () => {
  it('shows its secret only where it is asked for [Q4]', () => {
    const { homeserver } = scriptedHomeserver(() => answer(404));
    const flow = homeserver.startAuthFlow({
      capabilities: '/pub/app/:rw',
      relay: 'https://relay.example/link',
    });
    const secret = flow.url.split('secret=')[1] ?? '';
    expect(secret).toHaveLength(43);
    expect(everythingOf(flow)).not.toContain(secret);
  });
});
