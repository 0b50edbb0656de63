import { describe, expect, it } from 'vitest';
import {
  assertValidPattern,
  findPatternProblem,
  type HandshakePattern,
  type KeyToken,
  type Token,
} from '../../src/index.ts';
import { noiseErrorOf } from '../thrown.ts';

type Broken = readonly [
  rule: string,
  initiator: readonly KeyToken[],
  responder: readonly KeyToken[],
  messages: readonly (readonly Token[])[],
];

const BROKEN: readonly Broken[] = [
  ['no message at all', [], [], []],
  ['rule 1: ee before the responder has sent e', [], [], [['e', 'ee']]],
  ['rule 1: ee before the initiator has sent e', [], [], [['s'], ['e', 'ee']]],
  [
    'rule 1: es before the responder’s s is known',
    [],
    [],
    [
      ['e', 'es'],
      ['e', 'ee'],
    ],
  ],
  ['rule 1: se before the initiator’s s is known', [], [], [['e'], ['e', 'ee', 'se']]],
  [
    'rule 1: ss before one s is known',
    [],
    ['s'],
    [
      ['e', 'es', 'ss'],
      ['e', 'ee'],
    ],
  ],
  ['rule 2: the initiator sends e twice', [], [], [['e'], ['e', 'ee'], ['e']]],
  [
    'rule 2: e twice in one message',
    [],
    [],
    [
      ['e', 'e'],
      ['e', 'ee'],
    ],
  ],
  ['rule 2: s twice', [], [], [['e'], ['e', 'ee', 's', 'es'], ['s', 'se'], ['s']]],
  [
    'rule 2: s in the pre-message and again',
    ['s'],
    [],
    [
      ['e', 's'],
      ['e', 'ee', 'se'],
    ],
  ],
  ['rule 2: e in the pre-message and again', [], ['e'], [['e'], ['e', 'ee']]],
  ['rule 3: ee twice', [], [], [['e'], ['e', 'ee', 'ee']]],
  [
    'rule 3: es twice, in two messages',
    [],
    ['s'],
    [
      ['e', 'es'],
      ['e', 'ee', 'es'],
    ],
  ],
  ['rule 4: the initiator encrypts after se without ee', ['s'], [], [['e'], ['e', 'se'], []]],
  ['rule 4: the initiator’s transport after se without ee', [], [], [['s'], ['e', 'se']]],
  ['rule 4: the initiator encrypts after ss without es', ['s'], ['s'], [['e', 'ss']]],
  ['rule 4: the responder encrypts after es without ee', [], ['s'], [['e', 'es'], ['e']]],
  [
    'rule 4: the responder encrypts after ss without se',
    ['s'],
    ['s'],
    [
      ['e', 'es', 'ss'],
      ['e', 'ee'],
    ],
  ],
  ['rule 4: a static key is encrypted after es without ee', [], [], [['e'], ['s', 'es', 'e', 'ee', 's']]],
  ['rule 4: the responder’s transport after es without ee', [], [], [['e'], ['e', 's'], ['es']]],
  ['§9.3: the initiator encrypts under psk without e', ['s'], ['s'], [['psk', 'ss']]],
  ['§9.3: only psk', [], [], [['psk']]],
  [
    '§9.3: a static key is encrypted under psk before e',
    [],
    [],
    [
      ['psk', 's', 'e'],
      ['e', 'ee', 'se'],
    ],
  ],
  ['§9.3: the responder encrypts under psk without e', [], ['s'], [['psk', 'e', 'es'], []]],
  ['§9.3: psk by the responder without e', [], [], [['e'], ['psk']]],
  ['ours: no secret at all', [], [], [['e'], ['e']]],
  ['ours: no secret at all, with static keys', ['s'], ['s'], [['e'], ['e', 's']]],
];

describe('findPatternProblem', () => {
  it.each(BROKEN)('refuses %s', (_, initiator, responder, messages) => {
    const pattern: HandshakePattern = { name: 'Q', preMessages: [initiator, responder], messages };
    expect(findPatternProblem(pattern)).toBeTypeOf('string');
    const error = noiseErrorOf(() => assertValidPattern(pattern));
    expect(error.code).toBe('NOISE_PATTERN_INVALID');
    expect(error.context).toMatchObject({ pattern: 'Q', reason: findPatternProblem(pattern) });
  });

  it.each<[string, unknown]>([
    ['a token nobody knows', { preMessages: [[], []], messages: [['e'], ['e', 'ee', 'ekem1']] }],
    [
      'a property of every object as a token',
      { preMessages: [[], []], messages: [['e'], ['e', 'ee', 'toString']] },
    ],
    ['a DH in a pre-message', { preMessages: [['ee'], []], messages: [['e'], ['e', 'ee']] }],
  ])('refuses %s, which the types forbid', (_, broken) => {
    const pattern = { name: 'Q', ...(broken as object) } as HandshakePattern;
    expect(findPatternProblem(pattern)).toBeTypeOf('string');
  });

  it.each<[string, readonly (readonly Token[])[]]>([
    ['an empty message', [['e'], ['e', 'ee'], []]],
    [
      'psk before e',
      [
        ['psk', 'e'],
        ['e', 'ee'],
      ],
    ],
    [
      'e before psk',
      [
        ['e', 'psk'],
        ['e', 'ee'],
      ],
    ],
    ['a psk alone in a later message', [['e'], ['e', 'ee'], ['psk']]],
  ])('accepts %s', (_, messages) => {
    expect(findPatternProblem({ name: 'Q', preMessages: [[], []], messages })).toBeUndefined();
  });
});
