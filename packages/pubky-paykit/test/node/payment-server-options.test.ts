import { describe, expect, it } from 'vitest';
import {
  createMemoryReceiptStore,
  createPatternPolicy,
  IK,
  IK_RAW,
  N,
  NN,
  type Profile,
  type SessionFacts,
  XX,
} from '../../src/index.ts';
import { type ListenForPaymentsOptions, listenForPayments } from '../../src/node.ts';
import { payeeIdentity } from '../peers.ts';

const complete = (): ListenForPaymentsOptions => ({
  identity: payeeIdentity(),
  port: 0,
  methods: new Set(['lightning']),
  generateReceipt: (request) => request,
  store: createMemoryReceiptStore(),
});

/** Starts a server as callers without types would, and closes it again. */
async function listen(options: object): Promise<void> {
  const server = await listenForPayments({ ...complete(), ...options } as ListenForPaymentsOptions);
  await server.close();
}

const noop = (): void => {};
const oneWay = { requests: createMemoryReceiptStore() };

describe('listenForPayments', () => {
  it.each<[string, object]>([
    ['no identity', { identity: undefined }],
    ['a seed as the identity', { identity: new Uint8Array(32) }],
    ['an identity function that gives none', { identity: () => undefined }],
    ['an identity function that gives a seed', { identity: async () => new Uint8Array(32) }],
    ['former keys that are no list', { identity: { ...payeeIdentity(), formerNoiseKeys: payeeIdentity() } }],
    ['no generateReceipt', { generateReceipt: undefined }],
    ['a receipt as generateReceipt', { generateReceipt: {} }],
    ['no store', { store: undefined }],
    ['a map as the store', { store: new Map() }],
    ['a store that cannot keep', { store: { get: noop } }],
    ['no methods', { methods: undefined }],
    ['an array of methods', { methods: ['lightning'] }],
    ['one method as a text', { methods: 'lightning' }],
    ['a listener that is none', { onSession: 'tell' }],
    ['an answer listener that is none', { onAnswer: {} }],
    ['a one-way store that cannot keep', { oneWay: { requests: new Map() } }],
    ['a note listener that is none', { oneWay: { ...oneWay, onNote: [] } }],
    ['a look-up that is none', { lookUpNoiseKeys: new Map() }],
    ['policy settings instead of a policy', { patterns: { policy: { off: { responder: ['XX'] } } } }],
    ['no policy at all', { patterns: { policy: null } }],
    ['names of profiles', { patterns: { profiles: ['IK'] } }],
    ['unknown names', { patterns: { profiles: ['KK'] } }],
    ['a profile that is not in a list', { patterns: { profiles: IK } }],
    ['no profiles', { patterns: { profiles: [] } }],
    ['an empty profile', { patterns: { profiles: [{}] } }],
  ])('does not start with %s', async (_, options) => {
    await expect(listen(options)).rejects.toBeInstanceOf(TypeError);
  });

  it.each([
    'profiles',
    'allowIdentity',
    'allowStatic',
    'allowUnnamed',
    'policy',
    'prologue',
    'replayCache',
    'replayCacheEntries',
    'suite',
  ])('does not start with %s beside `patterns`, where it would bind nobody', async (name) => {
    await expect(listen({ [name]: [] })).rejects.toBeInstanceOf(TypeError);
  });

  it.each([IK_RAW, XX] as const)(
    'does not offer $name without a look-up, unless somebody says so (P8 W-05)',
    async (profile) => {
      const allowStatic = 'anyone';
      const patterns = { profiles: [IK, profile], allowStatic };
      await expect(listen({ patterns })).rejects.toBeInstanceOf(TypeError);
      await listen({ patterns, lookUpNoiseKeys: 'nobody' });
      await listen({ patterns, lookUpNoiseKeys: () => [] });
    },
  );

  it('needs no look-up for patterns that prove who pays, or that confirm nothing', async () => {
    const profiles: readonly Profile[] = [IK, N, NN];
    await listen({ patterns: { profiles, policy: createPatternPolicy() }, oneWay });
    await listen({ onSession: (_: SessionFacts) => {}, onAnswer: noop, methods: { has: () => true } });
  });
});
