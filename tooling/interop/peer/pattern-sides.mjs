/** @typedef {'ik' | 'ik-raw' | 'n' | 'nn' | 'xx'} PatternName */
/** @typedef {'initiator' | 'responder'} Role */
/** @typedef {'peer-static' | 'peer-identity'} PeerKeyOption */

/**
 * What one side of a pattern takes on the command line.
 *
 * @typedef {object} PatternSide
 * @property {PeerKeyOption | undefined} [required]
 * @property {readonly PeerKeyOption[]} [unchecked] Accepted, because a driver may give every peer the same options, and
 * compared with nothing, because the peer proves no such key to this side.
 * @property {boolean} [mute] It can send nothing.
 * @property {boolean} [deaf] It can receive nothing.
 */

/** The command line by pattern and role. @type {Readonly<Record<PatternName, Readonly<Record<Role, PatternSide>>>>} */
export const PATTERN_SIDES = {
  ik: {
    initiator: { required: 'peer-static', unchecked: ['peer-identity'] },
    responder: {},
  },
  'ik-raw': {
    initiator: { required: 'peer-static', unchecked: ['peer-identity'] },
    responder: { unchecked: ['peer-identity'] },
  },
  n: {
    initiator: { required: 'peer-static', unchecked: ['peer-identity'], deaf: true },
    responder: { unchecked: ['peer-static', 'peer-identity'], mute: true },
  },
  nn: {
    initiator: { required: 'peer-identity', unchecked: ['peer-static'] },
    responder: { unchecked: ['peer-static'] },
  },
  xx: {
    initiator: { unchecked: ['peer-identity'] },
    responder: { unchecked: ['peer-identity'] },
  },
};

export const PATTERN_NAMES = /** @type {readonly PatternName[]} */ (Object.keys(PATTERN_SIDES));
