import type { HandshakePattern } from './pattern.ts';

// Noise revision 34, §7.6 and appendix 18.1: the deferred patterns.

/** `<- s / ... / -> e / <- e, ee, es` */
export const NK1 = {
  name: 'NK1',
  preMessages: [[], ['s']],
  messages: [['e'], ['e', 'ee', 'es']],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee, s / -> es` */
export const NX1 = {
  name: 'NX1',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee', 's'], ['es']],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee / -> s / <- se` */
export const X1N = {
  name: 'X1N',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee'], ['s'], ['se']],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, es / <- e, ee / -> s / <- se` */
export const X1K = {
  name: 'X1K',
  preMessages: [[], ['s']],
  messages: [['e', 'es'], ['e', 'ee'], ['s'], ['se']],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e / <- e, ee, es / -> s, se` */
export const XK1 = {
  name: 'XK1',
  preMessages: [[], ['s']],
  messages: [['e'], ['e', 'ee', 'es'], ['s', 'se']],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e / <- e, ee, es / -> s / <- se` */
export const X1K1 = {
  name: 'X1K1',
  preMessages: [[], ['s']],
  messages: [['e'], ['e', 'ee', 'es'], ['s'], ['se']],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee, s, es / -> s / <- se` */
export const X1X = {
  name: 'X1X',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee', 's', 'es'], ['s'], ['se']],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee, s / -> es, s, se` */
export const XX1 = {
  name: 'XX1',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee', 's'], ['es', 's', 'se']],
} as const satisfies HandshakePattern;

/** `-> e / <- e, ee, s / -> es, s / <- se` */
export const X1X1 = {
  name: 'X1X1',
  preMessages: [[], []],
  messages: [['e'], ['e', 'ee', 's'], ['es', 's'], ['se']],
} as const satisfies HandshakePattern;

/** `-> s / ... / -> e / <- e, ee / -> se` */
export const K1N = {
  name: 'K1N',
  preMessages: [['s'], []],
  messages: [['e'], ['e', 'ee'], ['se']],
} as const satisfies HandshakePattern;

/** `-> s / <- s / ... / -> e, es / <- e, ee / -> se` */
export const K1K = {
  name: 'K1K',
  preMessages: [['s'], ['s']],
  messages: [['e', 'es'], ['e', 'ee'], ['se']],
} as const satisfies HandshakePattern;

/** `-> s / <- s / ... / -> e / <- e, ee, se, es` */
export const KK1 = {
  name: 'KK1',
  preMessages: [['s'], ['s']],
  messages: [['e'], ['e', 'ee', 'se', 'es']],
} as const satisfies HandshakePattern;

/** `-> s / <- s / ... / -> e / <- e, ee, es / -> se` */
export const K1K1 = {
  name: 'K1K1',
  preMessages: [['s'], ['s']],
  messages: [['e'], ['e', 'ee', 'es'], ['se']],
} as const satisfies HandshakePattern;

/** `-> s / ... / -> e / <- e, ee, s, es / -> se` */
export const K1X = {
  name: 'K1X',
  preMessages: [['s'], []],
  messages: [['e'], ['e', 'ee', 's', 'es'], ['se']],
} as const satisfies HandshakePattern;

/** `-> s / ... / -> e / <- e, ee, se, s / -> es` */
export const KX1 = {
  name: 'KX1',
  preMessages: [['s'], []],
  messages: [['e'], ['e', 'ee', 'se', 's'], ['es']],
} as const satisfies HandshakePattern;

/** `-> s / ... / -> e / <- e, ee, s / -> se, es` */
export const K1X1 = {
  name: 'K1X1',
  preMessages: [['s'], []],
  messages: [['e'], ['e', 'ee', 's'], ['se', 'es']],
} as const satisfies HandshakePattern;

/** `-> e, s / <- e, ee / -> se` */
export const I1N = {
  name: 'I1N',
  preMessages: [[], []],
  messages: [['e', 's'], ['e', 'ee'], ['se']],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, es, s / <- e, ee / -> se` */
export const I1K = {
  name: 'I1K',
  preMessages: [[], ['s']],
  messages: [['e', 'es', 's'], ['e', 'ee'], ['se']],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, s / <- e, ee, se, es` */
export const IK1 = {
  name: 'IK1',
  preMessages: [[], ['s']],
  messages: [
    ['e', 's'],
    ['e', 'ee', 'se', 'es'],
  ],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, s / <- e, ee, es / -> se` */
export const I1K1 = {
  name: 'I1K1',
  preMessages: [[], ['s']],
  messages: [['e', 's'], ['e', 'ee', 'es'], ['se']],
} as const satisfies HandshakePattern;

/** `-> e, s / <- e, ee, s, es / -> se` */
export const I1X = {
  name: 'I1X',
  preMessages: [[], []],
  messages: [['e', 's'], ['e', 'ee', 's', 'es'], ['se']],
} as const satisfies HandshakePattern;

/** `-> e, s / <- e, ee, se, s / -> es` */
export const IX1 = {
  name: 'IX1',
  preMessages: [[], []],
  messages: [['e', 's'], ['e', 'ee', 'se', 's'], ['es']],
} as const satisfies HandshakePattern;

/** `-> e, s / <- e, ee, s / -> se, es` */
export const I1X1 = {
  name: 'I1X1',
  preMessages: [[], []],
  messages: [
    ['e', 's'],
    ['e', 'ee', 's'],
    ['se', 'es'],
  ],
} as const satisfies HandshakePattern;
