import type { HandshakePattern } from './pattern.ts';

// Noise revision 34, §7.5: the twelve fundamental interactive patterns.

/** `-> e / <- e, ee` */
export const NN = {
  name: 'NN',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee']],
} as const satisfies HandshakePattern;

/** `-> s / ... / -> e / <- e, ee, se` */
export const KN = {
  name: 'KN',
  preMessages: [['s'], []],
  messages: [['e'], ['e', 'ee', 'se']],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, es / <- e, ee` */
export const NK = {
  name: 'NK',
  preMessages: [[], ['s']],
  messages: [
    ['e', 'es'],
    ['e', 'ee'],
  ],
} as const satisfies HandshakePattern;

/** `-> s / <- s / ... / -> e, es, ss / <- e, ee, se` */
export const KK = {
  name: 'KK',
  preMessages: [['s'], ['s']],
  messages: [
    ['e', 'es', 'ss'],
    ['e', 'ee', 'se'],
  ],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee, s, es` */
export const NX = {
  name: 'NX',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee', 's', 'es']],
} as const satisfies HandshakePattern;

/** `-> s / ... / -> e / <- e, ee, se, s, es` */
export const KX = {
  name: 'KX',
  preMessages: [['s'], []],
  messages: [['e'], ['e', 'ee', 'se', 's', 'es']],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee / -> s, se` */
export const XN = {
  name: 'XN',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee'], ['s', 'se']],
} as const satisfies HandshakePattern;

/** `-> e, s / <- e, ee, se` */
export const IN = {
  name: 'IN',
  preMessages: [[], []],
  messages: [
    ['e', 's'],
    ['e', 'ee', 'se'],
  ],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, es / <- e, ee / -> s, se` */
export const XK = {
  name: 'XK',
  preMessages: [[], ['s']],
  messages: [
    ['e', 'es'],
    ['e', 'ee'],
    ['s', 'se'],
  ],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, es, s, ss / <- e, ee, se` */
export const IK = {
  name: 'IK',
  preMessages: [[], ['s']],
  messages: [
    ['e', 'es', 's', 'ss'],
    ['e', 'ee', 'se'],
  ],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee, s, es / -> s, se` */
export const XX = {
  name: 'XX',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']],
} as const satisfies HandshakePattern;

/** `-> e, s / <- e, ee, se, s, es` */
export const IX = {
  name: 'IX',
  preMessages: [[], []],
  messages: [
    ['e', 's'],
    ['e', 'ee', 'se', 's', 'es'],
  ],
} as const satisfies HandshakePattern;
