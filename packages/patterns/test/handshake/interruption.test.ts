import { describe, expect, it, vi } from 'vitest';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { IK } from '../../src/profiles/ik.ts';
import { IK_RAW } from '../../src/profiles/ik-raw.ts';
import { N } from '../../src/profiles/n.ts';
import { NN } from '../../src/profiles/nn.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { XX } from '../../src/profiles/xx.ts';
import { createMemoryPinStore } from '../../src/rules/pinning.ts';
import { CLIENT_IDENTITY, SERVER_IDENTITY, SERVER_NOISE_KEY } from '../../src/testing.ts';
import { rejectionOf, thrownBy } from '../bytes.ts';
import { clientSigner, initiatorOf, responderOf, serverSigner } from '../peers.ts';

/** A rule that says when it is asked, and with what, and answers when it is told to. */
function slowRule() {
  let askedWith: ((question: Uint8Array) => void) | undefined;
  let answer: ((answer: unknown) => void) | undefined;
  let fail: ((reason: Error) => void) | undefined;
  const asked = new Promise<Uint8Array>((resolve) => {
    askedWith = resolve;
  });
  const answered = new Promise<never>((resolve, reject) => {
    [answer, fail] = [resolve as (answer: unknown) => void, reject];
  });
  const ask: Ask = (question) => {
    askedWith?.(question);
    return answered;
  };
  return { ask, asked, answer: (value: unknown) => answer?.(value), fail: (reason: Error) => fail?.(reason) };
}

type Ask = (question: never) => Promise<never>;

interface Case {
  readonly profile: Profile;
  readonly role: 'initiator' | 'responder';
  /** Options of that side, with a rule that waits. */
  readonly waiting: (ask: Ask) => object;
  /** What would let the handshake go on. */
  readonly yes: (question: Uint8Array) => unknown;
}

const pin = { noiseKey: SERVER_NOISE_KEY, pinnedAtMs: 0 };

const CASES: Readonly<Record<string, Case>> = {
  'the signer of IK': {
    profile: IK,
    role: 'initiator',
    waiting: (ask) => ({ signer: { publicKey: CLIENT_IDENTITY, sign: ask } }),
    yes: (message) => clientSigner.sign(message),
  },
  'allowIdentity of IK': {
    profile: IK,
    role: 'responder',
    waiting: (ask) => ({ allowIdentity: ask }),
    yes: () => true,
  },
  'the replay cache of IK': {
    profile: IK,
    role: 'responder',
    waiting: (ask) => ({ replayCache: { claim: ask } }),
    yes: () => true,
  },
  'allowStatic of IK-raw': {
    profile: IK_RAW,
    role: 'responder',
    waiting: (ask) => ({ allowStatic: ask }),
    yes: () => true,
  },
  'the replay cache of IK-raw': {
    profile: IK_RAW,
    role: 'responder',
    waiting: (ask) => ({ replayCache: { claim: ask } }),
    yes: () => true,
  },
  'the replay cache of N': {
    profile: N,
    role: 'responder',
    waiting: (ask) => ({ replayCache: { claim: ask } }),
    yes: () => true,
  },
  'verifyStatic of XX': {
    profile: XX,
    role: 'initiator',
    waiting: (ask) => ({ trust: { verifyStatic: ask } }),
    yes: () => true,
  },
  'the pin store of XX': {
    profile: XX,
    role: 'initiator',
    waiting: (ask) => ({ trust: { trustOnFirstUse: { ...createMemoryPinStore(), keep: ask }, peer: 'bob' } }),
    yes: () => pin,
  },
  'allowStatic of XX': {
    profile: XX,
    role: 'responder',
    waiting: (ask) => ({ allowStatic: ask }),
    yes: () => true,
  },
  'allowIdentity of NN': {
    profile: NN,
    role: 'responder',
    waiting: (ask) => ({ allowIdentity: ask }),
    yes: () => true,
  },
  "the server's signer in NN": {
    profile: NN,
    role: 'responder',
    waiting: (ask) => ({ signer: { publicKey: SERVER_IDENTITY, sign: ask } }),
    yes: (message) => serverSigner.sign(message),
  },
  "the client's signer in NN": {
    profile: NN,
    role: 'initiator',
    waiting: (ask) => ({ signer: { publicKey: CLIENT_IDENTITY, sign: ask } }),
    yes: (message) => clientSigner.sign(message),
  },
};

/** Runs the handshake until the waiting side waits; `running` is the call that does. */
async function untilAsked({ profile, role, waiting }: Case) {
  const rule = slowRule();
  const [first, second] =
    role === 'initiator'
      ? [initiatorOf(profile, waiting(rule.ask)), responderOf(profile)]
      : [initiatorOf(profile), responderOf(profile, waiting(rule.ask))];
  const waiter: ProfileHandshake = role === 'initiator' ? first : second;
  const idle = Symbol('asked');
  for (;;) {
    const [sender, receiver] = first.turn === 'write' ? [first, second] : [second, first];
    const step = (async () => receiver.read(await sender.write()))();
    const running = step.then(
      () => undefined,
      (error: unknown) => error,
    );
    if ((await Promise.race([running, rule.asked.then(() => idle)])) === idle)
      return { rule, waiter, running };
    expect([first.turn, second.turn]).not.toEqual(['done', 'done']);
  }
}

describe.each(Object.entries(CASES))('destroy while a side waits for %s', (_, waitingCase) => {
  it('ends the call at once, and a late yes changes nothing [S1.4]', async () => {
    const { rule, waiter, running } = await untilAsked(waitingCase);
    const { turn } = waiter;
    waiter.destroy();
    expect(await running).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED', context: { by: 'destroy' } });
    rule.answer(await waitingCase.yes(await rule.asked));
    for (const call of [waiter.write(), waiter.read(new Uint8Array(48))]) {
      expect(await rejectionOf(call)).toMatchObject({
        code: 'PATTERNS_HANDSHAKE_ENDED',
        context: { by: 'destroy' },
      });
    }
    expect(thrownBy(() => waiter.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    expect(waiter.turn).toBe(turn);
  });

  it('ends the call at once, and a late failure disturbs nobody [S1.4]', async () => {
    const { rule, waiter, running } = await untilAsked(waitingCase);
    waiter.destroy();
    expect(await running).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
    rule.fail(new RangeError('too late'));
    expect((await rejectionOf(waiter.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  });

  it('and a second call in between end the handshake too', async () => {
    const { rule, waiter, running } = await untilAsked(waitingCase);
    expect((await rejectionOf(waiter.write())).code).toBe('PATTERNS_BUSY');
    expect(await running).toMatchObject({
      code: 'PATTERNS_HANDSHAKE_ENDED',
      context: { by: 'PATTERNS_BUSY' },
    });
    rule.answer(await waitingCase.yes(await rule.asked));
    expect(thrownBy(() => waiter.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  });
});

describe('destroy while one rule is asked', () => {
  it('keeps the next one from being asked, whatever the late answer [S1.4]', async () => {
    const allowStatic = vi.fn(() => true);
    const { rule, waiter, running } = await untilAsked({
      profile: IK_RAW,
      role: 'responder',
      waiting: (ask) => ({ allowStatic, replayCache: { claim: ask } }),
      yes: () => true,
    });
    waiter.destroy();
    rule.answer(true);
    expect(await running).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
    expect((await rejectionOf(waiter.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    expect(allowStatic).not.toHaveBeenCalled();
  });
});
