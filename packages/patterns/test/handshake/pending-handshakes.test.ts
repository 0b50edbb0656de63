import { inspect } from 'node:util';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import {
  createPendingHandshakes,
  type HandshakeHandle,
  isHandshakeHandle,
  type PendingHandshakesOptions,
} from '../../src/handshake/pending-handshakes.ts';
import type { IdentitySigner } from '../../src/identity/identity-signer.ts';
import { XX } from '../../src/profiles/xx.ts';
import type { Session } from '../../src/sessions/session.ts';
import { CLIENT_IDENTITY } from '../../src/testing.ts';
import { filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { clientSigner, initiator, initiatorOf, responder, responderOf } from '../peers.ts';

function table(options: PendingHandshakesOptions = {}) {
  const clock = new ManualClock();
  return { clock, pending: createPendingHandshakes<Session>({ clock, ...options }) };
}

const NO_HANDLE: HandshakeHandle = `handshake_${'0'.repeat(32)}`;

/** A signer that answers when it is told to. */
function slowSigner(): { signer: IdentitySigner; answer: () => Promise<void> } {
  let go: () => void = () => {};
  const told = new Promise<void>((resolve) => {
    go = resolve;
  });
  const signer: IdentitySigner = {
    publicKey: CLIENT_IDENTITY,
    sign: async (message) => {
      await told;
      return clientSigner.sign(message);
    },
  };
  return {
    signer,
    answer: async () => {
      go();
      await told;
    },
  };
}

/** Two XX handshakes in one table, up to where the responder waits for message 3. */
async function twoWaiting(pending = table().pending) {
  const [client, server] = [pending.add(initiatorOf(XX)), pending.add(responderOf(XX))];
  const [m1] = (await pending.advance(client)).outgoing as [Uint8Array];
  const [m2] = (await pending.advance(server, m1)).outgoing as [Uint8Array];
  return { pending, client, server, m1, m2 };
}

describe('createPendingHandshakes', () => {
  it('holds a handshake until it has its session, on both sides (CK-13, W-08)', async () => {
    const { pending, client, server, m2 } = await twoWaiting();
    expect(pending.size).toBe(2);
    const third = await pending.advance(client, m2);
    expect(pending.size).toBe(1);
    const last = await pending.advance(server, third.outgoing[0]);
    expect(pending.size).toBe(0);
    expect(last.outgoing).toEqual([]);
    expect(last.session?.id).toEqual(third.session?.id);
    expect(last.session?.decrypt(third.session?.encrypt(filled(3)) as Uint8Array)).toEqual(filled(3));
  });

  it('gives the session to the caller: the end of the table leaves it alone', async () => {
    const { pending, client, m2 } = await twoWaiting();
    const { session } = await pending.advance(client, m2);
    pending.destroy();
    expect(session?.destroyed).toBe(false);
  });

  it('names handshakes in a form no session id has (W-40)', async () => {
    const { pending, client, server, m2 } = await twoWaiting();
    expect(client).not.toBe(server);
    expect([client, server].map(isHandshakeHandle)).toEqual([true, true]);
    const { session } = await pending.advance(client, m2);
    const id = Array.from(session?.id ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('');
    for (const text of [id, '', 'handshake_', `${server}0`, server.toUpperCase(), `${server}\n`]) {
      expect(isHandshakeHandle(text)).toBe(false);
    }
  });

  it('refuses one more than its maximum and takes it once there is room (W-28)', async () => {
    const { pending } = table({ maximum: 2 });
    const [first] = [pending.add(initiatorOf(XX)), pending.add(initiatorOf(XX))];
    const late = initiator();
    expect(thrownBy(() => pending.add(late))).toMatchObject({
      code: 'PATTERNS_PENDING_FULL',
      retryable: true,
      wireCode: 6000,
      context: { maximum: 2 },
    });
    pending.cancel(first as HandshakeHandle);
    expect((await pending.advance(pending.add(late))).outgoing.length).toBe(1);
  });

  it('ends what has not finished in time, however often it was advanced (W-28)', async () => {
    const { clock, pending } = table({ timeToLiveMs: 1_000 });
    const client = initiatorOf(XX);
    const handle = pending.add(client);
    clock.advance(600);
    await pending.advance(handle);
    const later = pending.add(initiatorOf(XX));
    clock.advance(400);
    expect(pending.size).toBe(1);
    expect(await rejectionOf(pending.advance(handle, filled(1)))).toMatchObject({
      code: 'PATTERNS_HANDLE_UNKNOWN',
    });
    expect(await rejectionOf(client.read(filled(1)))).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
    clock.advance(599);
    expect(pending.cancel(later)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('interrupts a call that is still running when the time is over', async () => {
    const { clock, pending } = table({ timeToLiveMs: 1_000 });
    const handle = pending.add(initiator({ signer: slowSigner().signer }));
    const running = rejectionOf(pending.advance(handle));
    clock.advance(1_000);
    expect(await running).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
    expect(pending.size).toBe(0);
  });

  it('cancels a handshake and its running call, and says whether there was one (W-30)', async () => {
    const { pending } = table();
    const handle = pending.add(initiator({ signer: slowSigner().signer }));
    const running = rejectionOf(pending.advance(handle));
    expect([pending.cancel(handle), pending.cancel(handle), pending.cancel(NO_HANDLE)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await running).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
  });

  it('wipes a session whose handshake was cancelled in its last moment', async () => {
    const sessions: Session[] = [];
    const { pending } = table();
    const inner = responder();
    const [m1] = (await pending.advance(pending.add(initiator()))).outgoing;
    const handshake: ProfileHandshake = {
      get turn() {
        return inner.turn;
      },
      write: () => inner.write(),
      read: (message) => inner.read(message),
      finish: () => {
        const session = inner.finish();
        sessions.push(session);
        pending.cancel(handle);
        return session;
      },
      destroy: () => inner.destroy(),
    };
    const handle = pending.add(handshake);
    expect(await rejectionOf(pending.advance(handle, m1))).toMatchObject({
      code: 'PATTERNS_HANDSHAKE_ENDED',
    });
    expect(sessions.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  it('refuses a second call for the same handle, and the first goes on', async () => {
    const { pending } = table();
    const { signer, answer } = slowSigner();
    const handle = pending.add(initiator({ signer }));
    const running = pending.advance(handle);
    for (const incoming of [undefined, filled(1)]) {
      expect(await rejectionOf(pending.advance(handle, incoming))).toMatchObject({
        code: 'PATTERNS_HANDLE_BUSY',
        retryable: true,
      });
    }
    await answer();
    expect((await running).outgoing.length).toBe(1);
    expect(await rejectionOf(pending.advance(handle))).toMatchObject({ code: 'PATTERNS_EXCHANGE_CALL' });
  });

  it('loses nothing by wrong calls: missing messages, messages out of place, foreign handles (W-29)', async () => {
    const { pending, client, server, m2 } = await twoWaiting();
    const fresh = pending.add(initiator());
    const wrong: [Promise<unknown>, string][] = [
      [pending.advance(client), 'PATTERNS_EXCHANGE_CALL'],
      [pending.advance(server), 'PATTERNS_EXCHANGE_CALL'],
      [pending.advance(fresh, m2), 'PATTERNS_EXCHANGE_CALL'],
      [pending.advance(NO_HANDLE, m2), 'PATTERNS_HANDLE_UNKNOWN'],
      [pending.advance('0'.repeat(64) as never, m2), 'PATTERNS_HANDLE_UNKNOWN'],
    ];
    for (const [call, code] of wrong) expect(await rejectionOf(call)).toMatchObject({ code });
    await expect(pending.advance(client, 'm2' as never)).rejects.toThrow(TypeError);
    expect(pending.size).toBe(3);
    const { outgoing } = await pending.advance(client, m2);
    expect((await pending.advance(server, outgoing[0])).session).toBeDefined();
  });

  it('ends with a bad message that one handshake and no other (W-29, A-15: failure is final here)', async () => {
    const one = await twoWaiting();
    const two = await twoWaiting(one.pending);
    expect(await rejectionOf(one.pending.advance(one.client, flipped(one.m2, 500)))).toMatchObject({
      code: 'NOISE_DECRYPT_FAILED',
    });
    expect(await rejectionOf(one.pending.advance(one.client, one.m2))).toMatchObject({
      code: 'PATTERNS_HANDLE_UNKNOWN',
    });
    expect(one.pending.size).toBe(3);
    const { outgoing } = await two.pending.advance(two.client, two.m2);
    expect((await two.pending.advance(two.server, outgoing[0])).session).toBeDefined();
  });

  it('ends all on destroy, which may be called twice, and takes nothing more', async () => {
    const { clock, pending } = table();
    const handshakes = [initiator(), responderOf(XX)];
    for (const handshake of handshakes) pending.add(handshake);
    pending.destroy();
    pending.destroy();
    expect([pending.size, clock.pending]).toEqual([0, 0]);
    for (const handshake of handshakes) {
      expect(thrownBy(() => handshake.finish())).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
    }
    expect(thrownBy(() => pending.add(initiator()))).toMatchObject({ code: 'PATTERNS_TABLE_DESTROYED' });
  });

  it('refuses bounds that are none', () => {
    for (const maximum of [0, -1, 1.5, Number.NaN, 1_000_001]) {
      expect(() => createPendingHandshakes({ maximum })).toThrow(RangeError);
    }
    for (const timeToLiveMs of [0, -1, Number.NaN]) {
      expect(() => createPendingHandshakes({ timeToLiveMs })).toThrow(RangeError);
    }
  });

  it('never puts a handshake in the place of another, whatever the random source', async () => {
    const { pending } = table({ random: { bytes: (length) => new Uint8Array(length) } });
    const [first, second] = [initiator(), initiator()];
    const handle = pending.add(first);
    expect(() => pending.add(second)).toThrow(TypeError);
    expect(pending.size).toBe(1);
    expect((await pending.advance(handle)).outgoing.length).toBe(1);
    // The one that was refused is still the caller's, and the one that waits ends with the table.
    await second.write();
    pending.destroy();
    expect(thrownBy(() => first.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  });

  it('shows no handles in logs: who has one can end the handshake', async () => {
    const { pending, client } = await twoWaiting();
    const shown = inspect(pending, { depth: 9, showHidden: true }) + JSON.stringify(pending);
    expect(shown).not.toContain(client);
    expect(shown).toContain('PendingHandshakes');
  });
});
