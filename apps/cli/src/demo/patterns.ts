import type { ProfileName } from 'pubky-paykit';
import type { DemoPattern } from './demo-pattern.ts';
import { ik } from './patterns/ik.ts';
import { ikRaw } from './patterns/ik-raw.ts';
import { n } from './patterns/n.ts';
import { nn } from './patterns/nn.ts';
import { xx } from './patterns/xx.ts';

/** Every pattern, in the order `--pattern all` shows them. */
export const DEMO_PATTERNS: Readonly<Record<ProfileName, DemoPattern>> = {
  IK: ik,
  'IK-raw': ikRaw,
  N: n,
  NN: nn,
  XX: xx,
};

/** Their names, in the same order. */
export const DEMO_PATTERN_NAMES: readonly ProfileName[] = Object.keys(DEMO_PATTERNS) as ProfileName[];
