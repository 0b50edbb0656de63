import type { CodedErrorFields, DiscoveryResult } from 'pubky-paykit';

/** What a look-up comes to, with what the keys seen before say to it: `conflict` is a found key that contradicts them. */
export type LookUpOutcome = DiscoveryResult['outcome'] | 'conflict';

/** What is said about a look-up that gives no key, and what to do next. */
export const OUTCOME_TEXTS: Readonly<
  Record<Exclude<LookUpOutcome, 'found'>, { readonly what: string; readonly next: string }>
> = {
  absent: {
    what: 'has published no Noise key for this device',
    next: 'Check identity and device, or ask its owner to run `paykit keys publish`.',
  },
  stale: {
    what: 'has not renewed its Noise key for too long',
    next: 'Ask its owner to run `paykit keys publish`; if that was done, a source hides the new record.',
  },
  future: {
    what: 'has a Noise key that is dated in the future',
    next: 'Check the clock of this machine; if it is right, that of the owner is wrong.',
  },
  revoked: {
    what: 'has revoked its Noise key',
    next: 'Do not use the key. Ask the owner for another device, or for a new key. Once that is published, `paykit keys decide IDENTITY --forget` makes room for it here.',
  },
  'rolled-back': {
    what: 'has a record that is older than one seen before',
    next: 'Do not use it. A source serves an old record, by fault or on purpose: try again with other relays.',
  },
  downgraded: {
    what: 'has a record without signed time, though it had one before',
    next: 'Do not use it. Ask the owner whether the device went back to an older program; if so, `paykit keys decide IDENTITY --forget-history` takes it from then on.',
  },
  unsigned: {
    what: 'has a record without signed time, which the policy asks for',
    next: 'Ask the owner to publish with a current program.',
  },
  forged: {
    what: 'has a record that its identity did not sign',
    next: 'Do not use it, and do not trust the source that gave it.',
  },
  weak: {
    what: 'has a Noise key that no honest device publishes',
    next: 'Do not use it, and tell the owner.',
  },
  malformed: {
    what: 'has a record that cannot be read',
    next: 'Ask the owner to publish with a current program.',
  },
  unreachable: {
    what: 'could not be looked up: not all who would know could be asked',
    next: 'Check the connection and the relays (PAYKIT_RELAYS, or --testnet), then try again.',
  },
  conflict: {
    what: 'shows another Noise key than before, and neither is newer',
    next: 'Do not connect: somebody may be in between. Ask the owner which key is right (`paykit keys peers` shows both), then run `paykit keys decide IDENTITY --accept KEY`, or `paykit keys decide IDENTITY --forget` to drop both.',
  },
};

/** What keeps payments from using a key, whatever a look-up finds, until the user decides. By state of the key that is kept. */
export const STATE_REMARKS: Readonly<Record<string, string | undefined>> = {
  conflict:
    'Payments are refused: two keys are known. `paykit keys peers` shows them, `paykit keys decide IDENTITY --accept KEY` settles it, once the owner has said which is right.',
  revoked:
    'Payments are refused: the key known before was revoked. Ask the owner whether the key that is published now is theirs; if so, `paykit keys decide IDENTITY --forget` makes room for it.',
};

/** Why, as far as there is an error to say it. */
export function errorOf(result: DiscoveryResult): CodedErrorFields | undefined {
  return 'error' in result ? result.error : undefined;
}
