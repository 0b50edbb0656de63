import { randomFillSync } from 'node:crypto';
import { findFaults, refuseFaults, sameBytes } from './candidates/candidate.mjs';
import { CANDIDATES } from './candidates/index.mjs';
import { bareHandshake, MEASURED, profileHandshake } from './candidates/profiles.mjs';
import { RAW_AEADS } from './candidates/raw-aead.mjs';
import { DISCOVERY_CASES } from './discovery-cases.mjs';
import { HOMESERVER_CASES } from './homeserver-cases.mjs';

/** @typedef {import('./case.mjs').Case} Case */

/** The suite Paykit speaks, on the backend Node gets by default. */
export const SUBJECT = 'ours node BLAKE2s';
export const PEER = 'noise-handshake';

const PATTERNS = ['XX', 'IK', 'NN', 'N'];
const MESSAGE_BYTES = [64, 1024, 16_384, 65_519];
/** The cipher does not depend on the hash, so one suite of ours a backend is enough. */
const IN_TRANSPORT = [SUBJECT, 'ours noble BLAKE2s', PEER, 'libp2p-noise default'];

/** @type {readonly Case[]} */
const HANDSHAKES = PATTERNS.map((pattern) => ({
  name: `handshake ${pattern}`,
  ratio: 'speed',
  sliceMs: 60,
  baseline: CANDIDATES.some(({ name, handshakes }) => name === PEER && pattern in handshakes)
    ? PEER
    : SUBJECT,
  prepare: () =>
    CANDIDATES.flatMap(({ name, handshakes }) => {
      const run = handshakes[pattern]?.();
      if (run === undefined) return [];
      refuseFaults(`${name}, ${pattern}`, findFaults(run()));
      return [{ name, run }];
    }),
}));

/** @type {readonly Case[]} */
const TRANSPORTS = MESSAGE_BYTES.map((bytes) => ({
  name: `transport ${bytes} B`,
  ratio: 'time',
  sliceMs: 30,
  baseline: PEER,
  prepare() {
    const message = randomFillSync(new Uint8Array(bytes));
    const protocols = CANDIDATES.filter(({ name }) => IN_TRANSPORT.includes(name)).map(
      ({ name, handshakes }) => {
        const connection = handshakes['XX']?.()();
        if (connection === undefined) throw new Error(`${name} has no XX`);
        refuseFaults(name, findFaults(connection));
        return { name, run: () => connection.open(connection.seal(message)) };
      },
    );
    const ciphers = RAW_AEADS.map(({ name, pair }) => {
      const run = pair();
      refuseFaults(name, sameBytes(run(message), message) ? [] : [`${bytes} B did not come through`]);
      return { name, run: () => run(message) };
    });
    return [...protocols, ...ciphers];
  },
}));

/** A profile by its driver, and the bare handshake with the Ed25519 operations it cannot do without. */
export const PROFILE = 'profile';
export const FLOOR = 'bare Noise and Ed25519';

/** @type {readonly Case[]} */
const PROFILES = Object.entries(MEASURED).map(([name, measured]) => ({
  name: `profile ${name}`,
  ratio: 'time',
  // The big numbers of Ed25519 are compiled late: in slices of 60 ms, warm-up and all, whoever runs first seems slower.
  sliceMs: 250,
  baseline: FLOOR,
  async prepare() {
    const candidates = [
      { name: PROFILE, run: profileHandshake(measured) },
      { name: FLOOR, run: bareHandshake(measured) },
    ];
    // Each throws unless both ends agree.
    for (const { run } of candidates) await run();
    return candidates;
  },
}));

export const CASES = [...HANDSHAKES, ...PROFILES, ...TRANSPORTS, ...DISCOVERY_CASES, ...HOMESERVER_CASES];
