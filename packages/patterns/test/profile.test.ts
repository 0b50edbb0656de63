import { factsOf } from '@pubky-paykit/noise-core';
import { describe, expect, it } from 'vitest';
import { IK } from '../src/profiles/ik.ts';

describe('IK', () => {
  it('has the byte and the pattern of N8 §1.2 and §1.3', () => {
    expect([IK.name, IK.byte, IK.noise.name]).toEqual(['IK', 0x00, 'IK']);
  });

  it('has one payload step for each message', () => {
    expect(IK.messages.length).toBe(IK.noise.messages.length);
  });

  it('says one-way exactly if its pattern is', () => {
    expect(IK.oneWay).toBe(factsOf(IK.noise).oneWay);
  });

  it('proves static keys exactly where its pattern authenticates them', () => {
    for (const role of ['initiator', 'responder'] as const) {
      const peer = role === 'initiator' ? 'responder' : 'initiator';
      expect(IK.guarantees[role].proves.remoteStatic).toBe(factsOf(IK.noise).keys[peer].s);
    }
  });

  it('confirms a side by the handshake exactly if what it received cannot be a recording (W-28)', () => {
    for (const role of ['initiator', 'responder'] as const) {
      expect(IK.confirmedBy[role] === 'handshake').toBe(!IK.guarantees[role].replayable);
    }
  });
});
