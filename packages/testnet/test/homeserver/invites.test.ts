import { describe, expect, it } from 'vitest';
import { crockford } from '../../src/homeserver/crockford.ts';
import type { Testnet } from '../../src/index.ts';
import { identity, token } from '../identities.ts';
import { networks } from '../networks.ts';

const { start, folder } = networks();
const alice = identity(1);
const bob = identity(2);

async function signUp({ homeserver }: Testnet, who = alice, invite?: string): Promise<number> {
  const query = invite === undefined ? '' : `?signup_token=${invite}`;
  const body = await token(who);
  return (await fetch(`${homeserver.url}/signup${query}`, { method: 'POST', body })).status;
}

describe('invites', () => {
  it('let one user in, once', async () => {
    const testnet = await start({ homeserver: { inviteOnly: true } });
    const invite = await testnet.homeserver.createInvite();
    expect(invite).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    expect(await signUp(testnet)).toBe(400);
    expect(await signUp(testnet, alice, 'nonsense')).toBe(400);
    expect(await signUp(testnet, alice, '0000-0000-0000')).toBe(401);
    expect(await signUp(testnet, alice, invite)).toBe(200);
    expect(await signUp(testnet, bob, invite)).toBe(401);
    expect(await signUp(testnet, alice, await testnet.homeserver.createInvite())).toBe(409);
  });

  it('are used up by one of two who come at once', async () => {
    const testnet = await start({ homeserver: { inviteOnly: true } });
    const invite = await testnet.homeserver.createInvite();
    const statuses = await Promise.all([signUp(testnet, alice, invite), signUp(testnet, bob, invite)]);
    expect(statuses.sort()).toEqual([200, 401]);
  });

  it('are not asked for, and not used up, where everybody may sign up', async () => {
    const testnet = await start();
    expect(await signUp(testnet, alice, 'nonsense')).toBe(200);
  });

  it('are still known, and those that were used still used, after a restart', async () => {
    const path = await folder();
    const options = { folder: path, homeserver: { inviteOnly: true } };
    const before = await start(options);
    const [used, fresh] = [await before.homeserver.createInvite(), await before.homeserver.createInvite()];
    await signUp(before, alice, used);
    await before.close();
    const testnet = await start(options);
    expect(await signUp(testnet, bob, used)).toBe(401);
    expect(await signUp(testnet, bob, fresh)).toBe(200);
  });

  it('are given out by the administration, for its password', async () => {
    const testnet = await start({ homeserver: { inviteOnly: true, adminPassword: 'open sesame' } });
    const get = (headers: Record<string, string>, path = '/generate_signup_token', method = 'GET') =>
      fetch(`${testnet.admin.url}${path}`, { headers, method });
    expect((await get({})).status).toBe(401);
    expect((await get({ 'x-admin-password': 'admin' })).status).toBe(401);
    const password = { 'x-admin-password': testnet.admin.password };
    const response = await get(password);
    expect(response.status).toBe(200);
    expect(await signUp(testnet, alice, await response.text())).toBe(200);
    expect((await get(password, '/')).status).toBe(200);
    expect((await get(password, '/users')).status).toBe(404);
    expect((await get(password, '/generate_signup_token', 'POST')).status).toBe(405);
  });

  it('cannot be made once the network is closed', async () => {
    const testnet = await start();
    await testnet.close();
    await expect(testnet.homeserver.createInvite()).rejects.toMatchObject({ code: 'TESTNET_CLOSED' });
  });
});

describe('crockford', () => {
  it.each([
    ['', ''],
    ['00', '00'],
    ['ff', 'ZW'],
    ['0123456789abcdef', '04HMASW9NF6YY'],
    ['ff'.repeat(16), `${'Z'.repeat(25)}W`],
  ])('writes %s as %s', (hex, text) => {
    expect(crockford(Buffer.from(hex, 'hex'))).toBe(text);
  });
});
