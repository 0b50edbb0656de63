import type { HandshakePattern } from './pattern.ts';

// Noise revision 34, §7.4.

/** `<- s / ... / -> e, es` */
export const N = {
  name: 'N',
  preMessages: [[], ['s']],
  messages: [['e', 'es']],
} as const satisfies HandshakePattern;

/** `-> s / <- s / ... / -> e, es, ss` */
export const K = {
  name: 'K',
  preMessages: [['s'], ['s']],
  messages: [['e', 'es', 'ss']],
} as const satisfies HandshakePattern;

/** `<- s / ... / -> e, es, s, ss` */
export const X = {
  name: 'X',
  preMessages: [[], ['s']],
  messages: [['e', 'es', 's', 'ss']],
} as const satisfies HandshakePattern;
