import { factsOf, type Role } from '@pubky-paykit/noise-core';
import { describe, expect, it } from 'vitest';
import { attestation } from '../../src/identity/attestation.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import { PATTERN_BYTES } from '../../src/profiles/pattern-names.ts';
import { emptyPayload, identityClaim, noPayload } from '../../src/profiles/payload-steps.ts';
import type { Check, MessageStep, OptionName, Profile } from '../../src/profiles/profile.ts';
import { admitIdentity, admitStatic } from '../../src/rules/admission.ts';
import { trustStatic } from '../../src/rules/pinning.ts';
import { refuseReplay } from '../../src/rules/replay-cache.ts';

const ALL: readonly Profile[] = Object.values(PROFILES);
const ROLES = ['initiator', 'responder'] as const;
const PEER = { initiator: 'responder', responder: 'initiator' } as const;

/** N8 §1.2, §1.3: name, byte, Noise pattern, messages. */
const TABLE = [
  ['IK', 0x00, 'IK', 2],
  ['IK-raw', 0x01, 'IK', 2],
  ['N', 0x02, 'N', 1],
  ['NN', 0x03, 'NN', 2],
  ['XX', 0x04, 'XX', 3],
] as const;

/** Every message of a handshake with its sender. */
function messagesOf({ messages, completion }: Profile): readonly (MessageStep & { readonly by: Role })[] {
  const noise = messages.map((step, at) => ({ ...step, by: ROLES[at % 2] as Role }));
  return [...noise, ...completion];
}

/** What one role reads. */
const readBy = (profile: Profile, role: Role) => messagesOf(profile).filter(({ by }) => by !== role);
const checksOf = (profile: Profile, role: Role): readonly Check[] =>
  readBy(profile, role).flatMap(({ checks = [] }) => checks);
const provesIdentity = ({ carries }: MessageStep) => carries === identityClaim || carries === attestation;

function takes(profile: Profile, role: Role, name: OptionName): boolean {
  const { required, optional } = profile.options[role];
  return required.includes(name) || optional.includes(name);
}

describe('PROFILES', () => {
  it('are the five of N8 §1.2, with their bytes and patterns [S3.1]', () => {
    expect(ALL.map(({ name, byte, noise, messages }) => [name, byte, noise.name, messages.length])).toEqual(
      TABLE,
    );
    expect(Object.keys(PROFILES)).toEqual(Object.keys(PATTERN_BYTES));
  });

  it('leave one place alone where a responder can be probed for its key, and one for its identity (P8 W-17)', () => {
    const shows = (what: 'ownStatic' | 'ownIdentity') =>
      ALL.flatMap(({ name, guarantees }) =>
        ROLES.filter((role) => !guarantees[role].hides[what]).map((role) => `${name} ${role}`),
      );
    expect(shows('ownStatic')).toEqual(['XX responder']);
    expect(shows('ownIdentity')).toEqual(['NN responder']);
  });
});

describe.each(ALL)('the profile $name', (profile) => {
  const { name, noise, messages, options, guarantees, oneWay, confirmedBy } = profile;
  const facts = factsOf(noise);

  it('has one payload step for each message', () => {
    expect(messages.length).toBe(noise.messages.length);
  });

  it('says one-way exactly if its pattern is', () => {
    expect(oneWay).toBe(facts.oneWay);
  });

  it('asks for the Noise keys that its pattern needs, and for no others', () => {
    for (const role of ROLES) {
      expect(options[role].required.includes('noiseKey')).toBe(facts.keys[role].s);
      expect(options[role].required.includes('remoteStatic')).toBe(facts.keys[role].rs);
      expect(options[role].optional).not.toContain('noiseKey');
      expect(options[role].optional).not.toContain('remoteStatic');
    }
  });

  it('takes former Noise keys exactly where the first message is for one of its own [O4]', () => {
    const isForKey = (noise.preMessages[1] as readonly string[]).includes('s');
    expect(takes(profile, 'responder', 'formerNoiseKeys')).toBe(isForKey);
    expect(takes(profile, 'initiator', 'formerNoiseKeys')).toBe(false);
  });

  it('asks for a signer exactly where an identity is proven', () => {
    for (const role of ROLES) {
      const signs = messagesOf(profile).some((step) => step.by === role && provesIdentity(step));
      expect(options[role].required.includes('signer')).toBe(signs);
    }
  });

  it('proves static keys exactly where its pattern authenticates them to somebody who hears back', () => {
    for (const role of ROLES) {
      const proven = facts.keys[PEER[role]].s && readBy(profile, role).length > 0;
      expect(guarantees[role].proves.remoteStatic).toBe(proven);
    }
  });

  it('proves an identity exactly where one is claimed or attested', () => {
    for (const role of ROLES) {
      expect(guarantees[role].proves.remoteIdentity).toBe(readBy(profile, role).some(provesIdentity));
    }
  });

  it('calls anonymous the side that has neither key nor identity', () => {
    for (const role of ROLES) {
      const named = takes(profile, role, 'noiseKey') || takes(profile, role, 'signer');
      expect(guarantees[role].anonymous).toBe(!named);
    }
  });

  it('calls replayable the side that hears nothing after its own first word (W-28, W-47)', () => {
    for (const role of ROLES) {
      const heard = messagesOf(profile);
      const spoke = heard.findIndex(({ by }) => by === role);
      const answered = heard.some(({ by }, at) => by !== role && spoke >= 0 && at > spoke);
      expect(guarantees[role].replayable).toBe(readBy(profile, role).length > 0 && !answered);
    }
  });

  it('is confirmed by the handshake exactly if what was heard cannot be a recording (W-28, W-41)', () => {
    for (const role of ROLES) {
      const later = guarantees[role].replayable ? 'first-message' : 'handshake';
      expect(confirmedBy[role]).toBe(oneWay ? 'never' : later);
    }
  });

  it('is forward secret exactly if both ephemeral keys meet (N8 §12.3)', () => {
    const meet = noise.messages.some((tokens) => (tokens as readonly string[]).includes('ee'));
    for (const role of ROLES) expect(guarantees[role].forwardSecret).toBe(meet);
  });

  it('lets nothing but an identity into its first message (W-10, W-45, P8 W-13)', () => {
    expect(messages[0]?.carries).toBe(name === 'IK' ? identityClaim : noPayload);
    for (const { carries } of messages.slice(1)) expect(carries).toBe(emptyPayload);
  });

  it('has every rule that it has an option for, and an option for every rule [S3.3]', () => {
    for (const role of ROLES) {
      const checks = checksOf(profile, role);
      expect(checks.includes(refuseReplay)).toBe(takes(profile, role, 'replayCache'));
      expect(checks.includes(admitIdentity)).toBe(takes(profile, role, 'allowIdentity'));
      expect(checks.includes(admitStatic)).toBe(takes(profile, role, 'allowStatic'));
      expect(checks.includes(trustStatic)).toBe(takes(profile, role, 'trust'));
      const asks = takes(profile, role, 'allowIdentity') || takes(profile, role, 'expectedIdentity');
      expect(readBy(profile, role).some(provesIdentity)).toBe(asks);
      // First, so that the application is asked about nobody whose message is a recording.
      if (checks.includes(refuseReplay)) expect(checks[0]).toBe(refuseReplay);
    }
  });

  it('takes a replay cache wherever a session may be a recording, and wants it where one can be used (W-47)', () => {
    for (const role of ROLES) {
      expect(takes(profile, role, 'replayCache')).toBe(guarantees[role].replayable);
      expect(options[role].required.includes('replayCache')).toBe(guarantees[role].replayable && oneWay);
    }
  });
});
