import { Secret, zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  AUTH_REQUEST_MAXIMUM_LENGTH,
  formatAuthRequest,
  parseAuthRequest,
  parseCapabilities,
} from '../../src/wire/index.ts';
import { requireSdk } from '../sdk.ts';
import { codeOf, faultOf } from '../thrown.ts';

const secret = 'A'.repeat(43);
const relay = 'https://relay.example/link/';
const link = `pubkyauth://signin?caps=/pub/app/:rw&relay=${relay}&secret=${secret}`;
const homeserver = zBase32.encode(new Uint8Array(32).fill(5));

describe('formatAuthRequest', () => {
  const request = {
    relay,
    capabilities: parseCapabilities('/pub/a b/:rw'),
    secret: Secret.copyOf(new Uint8Array(32).fill(7)),
  };

  it('writes links that the SDK understands [I3]', () => {
    const parsed = requireSdk().SigninDeepLink.parse(formatAuthRequest(request));
    expect([parsed.capabilities, parsed.baseRelayUrl]).toEqual(['/pub/a b/:rw', relay]);
    expect(parsed.secret).toEqual(new Uint8Array(32).fill(7));
    parsed.free();
  });

  it('refuses a relay that is no address', () => {
    expect(faultOf(() => formatAuthRequest({ ...request, relay: 'x' }))).toBe(
      'HOMESERVER_BAD_AUTH_REQUEST relay',
    );
  });
});

describe('parseAuthRequest', () => {
  it('reads this form, the older one, and that of Pubky Ring', () => {
    for (const each of [
      link,
      link.replace('pubkyauth://signin', 'pubkyauth:///'),
      link.replace('pubkyauth://signin', 'pubkyring://signin'),
      link.replace(relay, encodeURIComponent(relay)),
      `${link}&unknown=1`,
    ]) {
      const request = parseAuthRequest(each);
      expect([request.relay, request.capabilities[0]?.scope]).toEqual([relay, '/pub/app/']);
      request.secret.destroy();
    }
  });

  it('reads where to sign up, with and without an invite', () => {
    const signUp = link.replace('signin', 'signup');
    expect(parseAuthRequest(`${signUp}&hs=${homeserver}`).signUp).toEqual({
      homeserver: new Uint8Array(32).fill(5),
    });
    expect(parseAuthRequest(`${signUp}&hs=${homeserver}&st=A%20B`).signUp?.invite).toBe('A B');
  });

  it('never shows the secret [Q4]', () => {
    const request = parseAuthRequest(link);
    expect(JSON.stringify(request)).not.toContain(secret);
  });

  it.each([
    ['another scheme', link.replace('pubkyauth', 'https'), 'scheme'],
    ['another intent', link.replace('signin', 'secret_export'), 'intent'],
    ['no secret', link.replace(/&secret.*/, ''), 'missing'],
    ['a short secret', link.slice(0, -1), 'secret'],
    ['a secret in the wrong alphabet', link.replace(secret, `+${secret.slice(1)}`), 'secret'],
    ['two relays', `${link}&relay=${relay}`, 'duplicate'],
    ['two secrets', `${link}&secret=${secret}`, 'duplicate'],
    ['a relay with credentials', link.replace(relay, 'https://a:b@relay.example/'), 'relay'],
    ['a relay with a query', link.replace(relay, encodeURIComponent(`${relay}?a=b`)), 'relay'],
    ['a relay that is a script', link.replace(relay, 'javascript:alert(1)'), 'relay'],
    ['an escape that is none', `${link}&x=%zz`, 'encoding'],
    ['a sign-up without homeserver', link.replace('signin', 'signup'), 'missing'],
    ['a sign-up at nothing', `${link.replace('signin', 'signup')}&hs=abc`, 'homeserver'],
    ['more than any link has', `${link}&x=${'a'.repeat(AUTH_REQUEST_MAXIMUM_LENGTH)}`, 'too-long'],
  ])('refuses %s', (_, text, fault) => {
    expect(faultOf(() => parseAuthRequest(text))).toBe(`HOMESERVER_BAD_AUTH_REQUEST ${fault}`);
  });

  it('refuses capabilities that are none', () => {
    expect(codeOf(() => parseAuthRequest(link.replace('/pub/app/:rw', 'x')))).toBe(
      'HOMESERVER_BAD_CAPABILITIES',
    );
  });
});
