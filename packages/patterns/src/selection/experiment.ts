import { blake2s } from '@noble/hashes/blake2.js';
import { ByteReader, encodeUtf8 } from '@pubky-paykit/primitives';
import { EXPERIMENT_DOMAIN, EXPERIMENT_MAXIMUM_ARMS } from '../constants.ts';
import type { ProfileName } from '../profiles/pattern-names.ts';
import {
  type ReadSetting,
  readList,
  readMembers,
  readName,
  readPattern,
  refuseSetting,
  requireUnique,
  within,
} from './settings-reader.ts';

/** One of the ways that an experiment compares. */
export interface ExperimentArm {
  /** 1 to 64 characters; unlike the names of the other arms. */
  readonly name: string;
  /** Positive and finite; the share of the arm is its weight divided by the sum of all. */
  readonly weight: number;
  /** Wanted for the peers of this arm, where it is possible and gives what is demanded. */
  readonly prefer: ProfileName;
}

/** Compares patterns: each peer belongs to one arm, for as long as the experiment stays as it is. */
export interface Experiment {
  /** 1 to 64 characters. Another name deals all peers anew. */
  readonly name: string;
  /** 1 to 16. */
  readonly arms: readonly ExperimentArm[];
}

const readWeight: ReadSetting<number> = (value, member) => {
  if (typeof value !== 'number') refuseSetting(member, 'not-a-number');
  if (!(value > 0) || !Number.isFinite(value)) refuseSetting(member, 'out-of-range');
  return value;
};

const readArm: ReadSetting<ExperimentArm> = (value, member) => {
  const { name, weight, prefer } = readMembers(value, member, ['name', 'weight', 'prefer']);
  return Object.freeze({
    name: readName(name, within(member, 'name')),
    weight: readWeight(weight, within(member, 'weight')),
    prefer: readPattern(prefer, within(member, 'prefer')),
  });
};

function totalOf(arms: readonly ExperimentArm[]): number {
  return arms.reduce((sum, { weight }) => sum + weight, 0);
}

/** Reads an experiment strictly, as a frozen copy. @throws PATTERNS_POLICY_INVALID */
export const readExperiment: ReadSetting<Experiment> = (value, member) => {
  const { name, arms: given } = readMembers(value, member, ['name', 'arms']);
  const place = within(member, 'arms');
  const arms = readList(given, place, { minimum: 1, maximum: EXPERIMENT_MAXIMUM_ARMS }, readArm);
  requireUnique(
    arms.map((arm) => arm.name),
    place,
  );
  if (!Number.isFinite(totalOf(arms))) refuseSetting(place, 'out-of-range');
  return Object.freeze({ name: readName(name, within(member, 'name')), arms });
};

/** Where a peer stands between 0 (inclusive) and 1 (exclusive). JSON keeps the three texts apart, whatever is in them. */
function pointOf(experiment: string, peer: string): number {
  const digest = blake2s(encodeUtf8(JSON.stringify([EXPERIMENT_DOMAIN, experiment, peer])));
  return new ByteReader(digest).uint32() / 2 ** 32;
}

/**
 * The arm a peer belongs to: the same at every call, on every machine, and for experiments of other names independent
 * of this one. Nothing random is drawn and nothing is stored.
 *
 * @param peer What the peer is called here, such as its identity in z-base-32. It is hashed and goes nowhere.
 * @throws PATTERNS_POLICY_INVALID for an experiment that is none.
 * @throws TypeError for a peer that is no text.
 * @example
 * ```ts
 * import { assignArm } from '@pubky-paykit/patterns';
 * const arms = [
 *   { name: 'as-before', weight: 9, prefer: 'IK' },
 *   { name: 'nameless', weight: 1, prefer: 'NN' },
 * ] as const;
 * const { prefer } = assignArm({ name: 'nameless-by-default', arms }, 'o4dksfbqk85ogzdb5osziw6befigbuxmuxkuxq8434q89uj56uyy');
 * ```
 */
export function assignArm(experiment: Experiment, peer: string): ExperimentArm {
  if (typeof peer !== 'string') throw new TypeError('the peer of an experiment is not a text');
  const { name, arms } = readExperiment(experiment, 'experiment');
  const point = pointOf(name, peer) * totalOf(arms);
  let end = 0;
  for (const arm of arms) {
    end += arm.weight;
    if (point < end) return arm;
  }
  // Rounding can lift the very last points to the end itself.
  return arms.at(-1) as ExperimentArm;
}
