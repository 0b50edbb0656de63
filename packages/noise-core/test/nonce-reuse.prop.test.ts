import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnyHandshake,
  CipherState,
  createTransport,
  type Datagram,
  DatagramTransport,
  NoiseError,
  type Role,
  type Suite,
  type Transport,
  type TransportKeys,
} from '../src/index.ts';
import { anyPattern } from './all-patterns.ts';
import { bytesOf, meet, SUITE } from './parties.ts';
import { recordingSuite } from './recording-suite.ts';
import { toyDiffieHellman } from './toy-diffie-hellman.ts';

const TOY: Suite = { ...SUITE, dh: toyDiffieHellman };

/** Refusals are fine here, whatever they say; anything but a coded error is not. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NoiseError) return undefined;
    throw error;
  }
}

function expectUnique(encryptions: readonly string[]): void {
  const seen = new Set(encryptions);
  expect(encryptions.length - seen.size, 'a key and nonce encrypted twice').toBe(0);
}

const METHODS = [
  'advance',
  'advance',
  'advance',
  'write',
  'read',
  'split',
  'releaseEphemeral',
  'destroy',
  'encrypt',
  'encrypt',
  'decrypt',
  'decrypt',
  'rekeySend',
  'rekeyReceive',
] as const;

const step = fc.record({
  role: fc.constantFrom<Role>('initiator', 'responder'),
  method: fc.constantFrom(...METHODS),
  /** Which of the handles, transports or messages seen so far; the newest ones come first. */
  pick: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
  message: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
});

const newest = <Item>(items: readonly Item[], pick: number): Item | undefined =>
  items[items.length - 1 - (pick % Math.max(1, items.length))];

type Loose = Record<string, (argument?: unknown) => unknown>;

describe('whatever the caller does', () => {
  it('no key and nonce encrypts twice, on either side, rekeys excepted', () => {
    let encryptions = 0;
    fc.assert(
      fc.property(
        anyPattern,
        fc.boolean(),
        fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
        (pattern, connected, steps) => {
          const { suite, recording } = recordingSuite(TOY);
          const parties = meet(pattern, { suites: { initiator: suite, responder: suite } });
          const handles: Record<Role, AnyHandshake[]> = {
            initiator: [parties.initiator],
            responder: [parties.responder],
          };
          const transports: Record<Role, (Transport | DatagramTransport)[]> = {
            initiator: [],
            responder: [],
          };
          const messages: Uint8Array[] = [new Uint8Array(100)];
          const datagrams: Datagram[] = [{ nonce: 3n, ciphertext: new Uint8Array(20) }];

          const progress = (role: Role, handle: AnyHandshake, method: string, argument?: unknown) => {
            const result = attempt(() => (handle as unknown as Loose)[method]!(argument));
            if (result === undefined) return;
            const { next, message } = result as { next?: AnyHandshake; message?: Uint8Array };
            if (next !== undefined) handles[role].push(next);
            if (message !== undefined) messages.push(message);
            // Both kinds over the same keys: they share the counter, however the caller mixes them.
            if (method === 'split') {
              const keys = result as TransportKeys;
              transports[role].push(new DatagramTransport(keys), createTransport(keys));
            }
          };
          const advance = (role: Role) => {
            const handle = handles[role].at(-1)!;
            const method = { write: 'write', read: 'read', done: 'split' }[handle.turn];
            progress(role, handle, method, method === 'read' ? messages.at(-1) : undefined);
          };

          // Half of the runs begin in the middle, so that transports get their share.
          for (let i = 0; connected && i <= pattern.messages.length; i++) {
            advance(i % 2 === 0 ? 'initiator' : 'responder');
            advance(i % 2 === 0 ? 'responder' : 'initiator');
          }
          for (const { role, method, pick, message } of steps) {
            if (method === 'advance') {
              advance(role);
              continue;
            }
            const transport = newest(transports[role], pick);
            const handle = newest(handles[role], pick)!;
            if (['write', 'read', 'split', 'releaseEphemeral'].includes(method)) {
              progress(role, handle, method, method === 'read' ? newest(messages, message) : undefined);
            } else if (method === 'destroy') {
              if (pick > 25) (transport ?? handle).destroy();
            } else if (transport === undefined) {
              advance(role);
            } else if ('rekeySend' in transport) {
              const argument = method === 'encrypt' ? bytesOf(5, pick) : newest(messages, message);
              const result = attempt(() => (transport as unknown as Loose)[method]!(argument));
              if (method === 'encrypt' && result !== undefined) messages.push(result as Uint8Array);
            } else if (method === 'encrypt') {
              const datagram = attempt(() => transport.encrypt(bytesOf(5, pick)));
              if (datagram !== undefined) datagrams.push(datagram);
            } else if (method === 'decrypt') {
              attempt(() => transport.decrypt(newest(datagrams, message)!));
            }
          }
          encryptions += recording.encryptions.length;
          expectUnique(recording.encryptions);
        },
      ),
      { numRuns: 1500 },
    );
    expect(encryptions).toBeGreaterThan(3000);
  });

  it('a cipher state never encrypts twice under a key and nonce', () => {
    const nonce = fc.oneof(fc.bigInt(0n, 6n), fc.bigInt(2n ** 64n - 4n, 2n ** 64n));
    const use = fc.oneof(
      fc.constant({ method: 'encrypt' as const }),
      fc.constant({ method: 'decrypt' as const }),
      fc.constant({ method: 'rekey' as const }),
      fc.record({ method: fc.constant('setNonce' as const), nonce }),
    );
    let encryptions = 0;
    fc.assert(
      fc.property(nonce, fc.array(use, { maxLength: 25, size: 'max' }), (first, uses) => {
        const { suite, recording } = recordingSuite(SUITE);
        const state = attempt(() => new CipherState(suite.cipher, bytesOf(32, 1), first));
        if (state === undefined) return;
        const peerKey = bytesOf(32, 1);
        for (const each of uses) {
          if (each.method === 'encrypt') attempt(() => state.encryptWithAd(new Uint8Array(0), bytesOf(4, 1)));
          else if (each.method === 'rekey') state.rekey();
          else if (each.method === 'setNonce') attempt(() => state.setNonce(each.nonce));
          else {
            const message = SUITE.cipher.encrypt(peerKey, state.nonce, new Uint8Array(0), bytesOf(4, 2));
            attempt(() => state.decryptWithAd(new Uint8Array(0), message));
          }
        }
        encryptions += recording.encryptions.length;
        expectUnique(recording.encryptions);
      }),
      { numRuns: 1000 },
    );
    expect(encryptions).toBeGreaterThan(1000);
  });
});
