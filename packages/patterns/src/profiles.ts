import type { ProfileName } from './pattern-names.ts';
import type { Profile } from './profile.ts';
import { IK } from './profiles/ik.ts';
import { IK_RAW } from './profiles/ik-raw.ts';
import { N } from './profiles/n.ts';
import { NN } from './profiles/nn.ts';
import { XX } from './profiles/xx.ts';

/** Every profile by its name. Whoever needs one alone imports that one, and bundles nothing of the others. */
export const PROFILES = { IK, 'IK-raw': IK_RAW, N, NN, XX } as const satisfies {
  readonly [Name in ProfileName]: Profile & { readonly name: Name };
};
