import { createThrowAwayPayer, zBase32 } from 'pubky-paykit';
import { beforeEach, describe, expect, it } from 'vitest';
import { runDecide } from '../../src/keys/decide.ts';
import { runPeers } from '../../src/keys/peers.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { localNetwork, type Ran, type RunOptions, temporaryFolder } from '../home/command-run.ts';
import { later } from './jumping-clock.ts';
import { createPerson, createPublished, type Person, paidLine, type Receiving } from './people.ts';
import { listenAndCut } from './trap.ts';

const folder = temporaryFolder();
const network = localNetwork();
/** Where nobody knows anybody. */
const elsewhere = localNetwork();
const DAY_MS = 86_400_000;
/** A device that has published nothing; whoever listens for the payee answers for it. */
const UNPUBLISHED = ['--device', 'phone'];
const TRUST = '--trust-first-contact';

const answering = (answer: boolean, onAsked: (question: string) => void = () => {}): RunOptions => ({
  dialog: {
    confirm: async (question) => {
      onAsked(question);
      return answer;
    },
  },
});

const peersOf = async (person: Person): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const { output } = await person.run(runPeers, ['--json']);
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
};

const problemOf = ({ error, output }: Ran): unknown => {
  expect(JSON.parse(output)).toMatchObject({ outcome: 'failed', message: error?.message });
  return error?.problem;
};

describe('runPay at a first contact', () => {
  let payee: Person;
  let payer: Person;
  let receiving: Receiving;
  let at: readonly string[];
  beforeEach(async () => {
    payee = await createPublished(folder.path, 'payee', network.environment);
    payer = await createPublished(folder.path, 'payer', network.environment);
    receiving = await payee.receive(['--patterns', 'ik,ik-raw,xx,nn']);
    at = [...UNPUBLISHED, '--connect', receiving.line.address];
    return async () => void (await receiving.interrupt());
  });

  it('trusts the key that is shown after asking, keeps it, and uses it from then on [S3.1] [W-16]', async () => {
    const questions: string[] = [];
    const asked = answering(true, (question) => void questions.push(question));
    const first = await payer.pay(payee.identity, at, asked);
    const { noiseKey } = receiving.line;
    expect(paidLine(first)).toMatchObject({
      outcome: 'confirmed',
      key: { noiseKey, state: 'tofu', reason: 'first-contact', from: 'handshake', degraded: false },
      pattern: 'XX',
      rule: 'first-contact',
      addressFrom: 'argument',
    });
    expect(questions).toHaveLength(1);
    expect(first.told).toContain('NOBODY VOUCHES FOR IT');
    expect(first.told).toContain(`Shown     ${noiseKey}\n`);
    expect(await peersOf(payer)).toMatchObject([{ device: 'phone', state: 'tofu' }]);

    const second = await payer.pay(payee.identity, at);
    expect(paidLine(second)).toMatchObject({ key: { noiseKey, state: 'tofu' }, pattern: 'IK' });
    expect(second.told).toContain('is tofu: trusted at first contact; still no record names it');
  });

  it('shows nothing of itself, and keeps nothing, before it is told to trust [W-16]', async () => {
    const refused = await payer.pay(payee.identity, at, answering(false));
    expect(problemOf(refused)).toBe('not-trusted');
    expect(refused.error?.message).toContain('Ask the payee to read its key to you');
    expect(receiving.events().map(({ event }) => event)).not.toContain('connected');
    expect(await peersOf(payer)).toEqual([]);
  });

  it('is not made where nobody can be asked, unless that is meant [W-16]', async () => {
    const trap = await listenAndCut();
    const unasked = [...UNPUBLISHED, '--connect', `127.0.0.1:${trap.port}`];
    expect(problemOf(await payer.pay(payee.identity, unasked))).toBe('first-contact');
    expect(trap.connections()).toBe(0);
    await trap.close();
    expect(paidLine(await payer.pay(payee.identity, [...at, TRUST]))).toMatchObject({ pattern: 'XX' });
    expect(await peersOf(payer)).toMatchObject([{ state: 'tofu' }]);
  });

  it('is only made where there is no record, and no sign that there was one [S2.3] [W-11]', async () => {
    const trap = await listenAndCut();
    const args = ['--connect', `127.0.0.1:${trap.port}`, TRUST];
    const { environment } = elsewhere;
    const pay = (options: RunOptions = {}) => payer.pay(payee.identity, args, options);
    expect(problemOf(await pay({ clock: later(31 * DAY_MS) }))).toBe('stale');
    paidLine(await payer.pay(payee.identity));
    expect(problemOf(await pay({ environment, clock: later(15 * DAY_MS) }))).toBe('record-vanished');
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const stranger = zBase32.encode(createThrowAwayPayer());
    expect(problemOf(await payer.pay(stranger, args))).toBe('unreachable');
    network.testnet.faults.relay.clear();
    network.testnet.faults.homeserver.clear();
    await receiving.interrupt();
    expect((await payee.run(runRevoke, ['--yes', '--no-successor'])).error).toBeUndefined();
    expect(problemOf(await pay())).toBe('revoked');
    expect(trap.connections()).toBe(0);
    await trap.close();
  });

  it('trusts nothing if nobody can be asked any more once the key was shown [S2.3]', async () => {
    const cutOff = answering(true, () => {
      network.testnet.faults.relay.set({ refuse: true });
      network.testnet.faults.homeserver.set({ refuse: true });
    });
    expect(problemOf(await payer.pay(payee.identity, at, cutOff))).toBe('unreachable');
    expect(await peersOf(payer)).toEqual([]);
    expect(receiving.events().map(({ event }) => event)).not.toContain('payment');
  });

  it('does not keep the key of somebody who says to be another one [W-16]', async () => {
    const other = await createPublished(folder.path, 'other', network.environment);
    const listening = await other.receive();
    const there = [...UNPUBLISHED, '--connect', listening.line.address, TRUST];
    expect(problemOf(await payer.pay(payee.identity, there))).toBe('wrong-payee');
    await listening.interrupt();
    expect(await peersOf(payer)).toEqual([]);
    expect(paidLine(await payer.pay(payee.identity, [...at, TRUST]))).toMatchObject({ pattern: 'XX' });
  });

  it('wants a payer whose key can be looked up [W-05]', async () => {
    const nobody = await createPerson(folder.path, 'nobody', network.environment);
    expect(problemOf(await nobody.pay(payee.identity, [...at, TRUST]))).toBe('own-key-unpublished');
  });

  it('has no other pattern than xx, and none without an address', async () => {
    expect(problemOf(await payer.pay(payee.identity, [...at, TRUST, '--pattern', 'ik']))).toBe('absent');
    const nowhere = await payer.pay(payee.identity, UNPUBLISHED);
    expect(problemOf(nowhere)).toBe('absent');
    expect(nowhere.error?.message).toContain('--connect HOST:PORT makes a first contact');
  });

  it.each(['ik', 'xx'])(
    'refuses another key ever after over %s, until the user decides [W-16]',
    async (pattern) => {
      paidLine(await payer.pay(payee.identity, [...at, TRUST]));
      const mallory = await createPublished(folder.path, 'mallory', network.environment);
      const lurking = await mallory.receive();
      const there = [...UNPUBLISHED, '--connect', lurking.line.address];
      for (const more of [['--pattern', pattern], [TRUST]]) {
        expect(problemOf(await payer.pay(payee.identity, [...there, ...more]))).toBe('conflict');
      }
      expect(lurking.events().map(({ event }) => event)).not.toContain('connected');
      await lurking.interrupt();
      expect(problemOf(await payer.pay(payee.identity, at))).toBe('conflict');
      const [peer] = await peersOf(payer);
      expect(peer).toMatchObject({ state: 'conflict' });
      expect(lurking.line.noiseKey.startsWith(`${peer?.['rivalPrefix']}`)).toBe(true);
      const right = ['--accept', receiving.line.noiseKey, ...UNPUBLISHED, '--yes'];
      expect((await payer.run(runDecide, [payee.identity, ...right])).error).toBeUndefined();
      expect(paidLine(await payer.pay(payee.identity, at))).toMatchObject({ pattern: 'IK' });
    },
  );

  it('blames no key that the payee has still [W-16]', async () => {
    paidLine(await payer.pay(payee.identity, [...at, TRUST]));
    const trap = await listenAndCut();
    const there = [...UNPUBLISHED, '--connect', `127.0.0.1:${trap.port}`];
    expect(problemOf(await payer.pay(payee.identity, there))).toBe('broken-off');
    await trap.close();
    expect(await peersOf(payer)).toMatchObject([{ state: 'tofu' }]);
  });

  it('compares with the key of a first contact that has expired, and asks again [W-16]', async () => {
    paidLine(await payer.pay(payee.identity, [...at, TRUST]));
    const clock = later(15 * DAY_MS);
    const again = await payer.pay(payee.identity, at, { ...answering(false), clock });
    expect(problemOf(again)).toBe('not-trusted');
    expect(again.told).toContain(`Before    ${receiving.line.noiseKey}: the same`);
    const mallory = await createPublished(folder.path, 'mallory', network.environment);
    const lurking = await mallory.receive();
    const there = [...UNPUBLISHED, '--connect', lurking.line.address];
    const other = await payer.pay(payee.identity, there, { ...answering(false), clock });
    expect(other.told).toContain(`Before    ${receiving.line.noiseKey}: ANOTHER ONE`);
    expect(problemOf(await payer.pay(payee.identity, [...there, TRUST], { clock }))).toBe(
      'first-contact-changed',
    );
    await lurking.interrupt();
  });

  it('needs no key of a payee that signs as itself, and demands that it does [W-05] [S3.1]', async () => {
    const paid = paidLine(await payer.pay(payee.identity, [...at, '--pattern', 'nn']));
    expect(paid).toMatchObject({ outcome: 'confirmed', pattern: 'NN', key: null });
    expect(await peersOf(payer)).toEqual([]);
    const mallory = await createPublished(folder.path, 'mallory', network.environment);
    const lurking = await mallory.receive(['--patterns', 'nn']);
    const there = [...UNPUBLISHED, '--connect', lurking.line.address, '--pattern', 'nn'];
    expect(problemOf(await payer.pay(payee.identity, there))).toBe('impostor');
    await lurking.interrupt();
  });
});
