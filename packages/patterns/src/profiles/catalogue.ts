import { IK } from './ik.ts';
import { IK_RAW } from './ik-raw.ts';
import { N } from './n.ts';
import { NN } from './nn.ts';
import type { ProfileName } from './pattern-names.ts';
import type { Profile } from './profile.ts';
import { XX } from './xx.ts';

/** Every profile by its name. Whoever needs one alone imports that one, and bundles nothing of the others. */
export const PROFILES = { IK, 'IK-raw': IK_RAW, N, NN, XX } as const satisfies {
  readonly [Name in ProfileName]: Profile & { readonly name: Name };
};
