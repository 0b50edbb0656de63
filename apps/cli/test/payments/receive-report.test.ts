import { type MessageAnswer, PaykitError, type SessionFacts } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { createReceiveReport } from '../../src/payments/receive-report.ts';
import { fakeSurroundings } from '../home/command-run.ts';

const KEY = new Uint8Array(32).fill(0xab);
const session = (formerKeyUsed: boolean) => ({ pattern: 'IK', formerKeyUsed }) as SessionFacts;

/** A request that was refused because of a look-up. */
const UNAVAILABLE = {
  outcome: 'refused',
  reason: 'UNAVAILABLE',
  cause: new PaykitError('PAYKIT_LOOKUP_FAILED', { what: 'payer' }),
} as MessageAnswer;

/** What is told of a key that is replaced, and of a payer who has not heard of it. */
function toldOf(json: boolean): readonly string[] {
  const { surroundings, said } = fakeSurroundings();
  const report = createReceiveReport(surroundings.terminal, json);
  report.connected(session(false));
  report.failed('TRANSPORT_PATTERN_REFUSED');
  report.keyChanged(KEY);
  report.connected(session(true));
  report.addressFailed('HOMESERVER_UNREACHABLE');
  report.keyChanged(undefined);
  report.failed('TRANSPORT_PATTERN_REFUSED');
  report.turnedAway({ rate: 1 });
  report.turnedAway({ rate: 2, 'per-ip': 1, total: 4 });
  return `${said.output}${said.told}`.trimEnd().split('\n');
}

describe('createReceiveReport', () => {
  it('tells people of another key in one line each [O4]', () => {
    expect(toldOf(false)).toEqual([
      'A payer connected with IK.',
      'A connection came to nothing (TRANSPORT_PATTERN_REFUSED). A payer asked for a pattern that is not accepted here: --patterns of `paykit receive` says which are.',
      `The key was replaced, and the address names the new one, ${'ab'.repeat(32)}; a former one is answered during its overlap, unless it was revoked.`,
      'A payer connected with IK, to the former key.',
      'The address could not be published with the new key (HOMESERVER_UNREACHABLE); that is tried again.',
      'The key was revoked, and there is no other one: nobody is answered until `paykit keys publish` makes one.',
      'A connection came to nothing (TRANSPORT_PATTERN_REFUSED).',
      'A connection was refused: more than 10 in a minute from one address. Whoever connects again in a minute is answered.',
      '7 connections were refused: more than 10 in a minute from one address, more than 50 at once from one address, more than 1000 at once. Whoever connects again in a minute is answered.',
    ]);
  });

  it('tells programs the same in one event each [O4]', () => {
    expect(toldOf(true).map((line) => JSON.parse(line))).toEqual([
      { event: 'connected', pattern: 'IK' },
      { event: 'connection-failed', reason: 'TRANSPORT_PATTERN_REFUSED' },
      { event: 'key-changed', noiseKey: 'ab'.repeat(32) },
      { event: 'connected', pattern: 'IK', formerKey: true },
      { event: 'address-failed', reason: 'HOMESERVER_UNREACHABLE' },
      { event: 'key-changed', noiseKey: null },
      { event: 'connection-failed', reason: 'TRANSPORT_PATTERN_REFUSED' },
      { event: 'connections-refused', count: 1, reasons: { rate: 1 } },
      { event: 'connections-refused', count: 7, reasons: { rate: 2, 'per-ip': 1, total: 4 } },
    ]);
  });

  it('says of a payer that could not be looked up what it can do [O5]', () => {
    const { surroundings, said } = fakeSurroundings();
    createReceiveReport(surroundings.terminal, false).answered(UNAVAILABLE);
    expect(said.told).toMatch(
      /^A request was refused: UNAVAILABLE \(PAYKIT_LOOKUP_FAILED\): .* --pattern ik\.\n$/,
    );
    createReceiveReport(surroundings.terminal, true).answered(UNAVAILABLE);
    const event = { event: 'refused', reason: 'UNAVAILABLE', code: 'PAYKIT_LOOKUP_FAILED' };
    expect(JSON.parse(said.output)).toEqual(event);
  });
});
