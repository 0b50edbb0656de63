import { refuseFaults } from './candidates/candidate.mjs';
import { PEER, SUBJECT } from './cases.mjs';
import { weighSessions } from './heap.mjs';
import { measureListing } from './listing-heap.mjs';
import { median, spread } from './measure.mjs';
import { measureGets } from './testnet-gets.mjs';
import { startTestnet } from './testnet-start.mjs';

/**
 * What was found about one subject.
 *
 * @typedef {object} Finding
 * @property {string} subject
 * @property {number} value what a target is about
 * @property {readonly (number | string)[]} cells what the report shows
 */

/**
 * What is measured in processes of its own, and not against a peer.
 *
 * @typedef {object} Probe
 * @property {string} name
 * @property {readonly string[]} headings of the subject and of the cells
 * @property {(plan: { smoke: boolean, rounds: number }) => Promise<Finding[]>} measure throws WrongResult
 */

/** Whose finished sessions are weighed: 10 000 of noble's would take minutes, and weigh the same. */
const WEIGHED = [SUBJECT, PEER];
const SESSIONS = 10_000;
const SMOKE_SESSIONS = 10;

/** @type {Probe} */
export const HEAP = {
  name: 'heap',
  headings: ['finished XX session', 'heap B / endpoint', 'external B / endpoint', 'sessions'],
  async measure({ smoke }) {
    const sessions = smoke ? SMOKE_SESSIONS : SESSIONS;
    return WEIGHED.map((subject) => {
      const { heapBytes, externalBytes } = weighSessions(subject, sessions);
      return { subject, value: heapBytes / 1000, cells: [heapBytes, externalBytes, sessions] };
    });
  },
};

/** The ways to start a test network. */
export const STARTS = { 'createTestnet()': {}, 'createTestnet({ dht: true })': { dht: true } };

/** @type {Probe} */
export const START = {
  name: 'testnet start',
  headings: ['testnet start, fresh process', 'ms', 'spread', 'cpu ms', 'import before it ms'],
  async measure({ smoke, rounds }) {
    return Object.entries(STARTS).map(([subject, options]) => {
      const starts = Array.from({ length: smoke ? 1 : rounds }, () => startTestnet(options));
      const faults = starts.flatMap(({ status }) => (status === 200 ? [] : [`its relay answers ${status}`]));
      refuseFaults(subject, faults);
      const { value, cells } = sampled(
        subject,
        starts.map(({ startMs }) => startMs),
      );
      const cpuMs = median(starts.map(({ startCpuMs }) => startCpuMs));
      const importMs = median(starts.map(({ importMs: ms }) => ms));
      return { subject, value, cells: [...cells, cpuMs, importMs] };
    });
  },
};

export const BY_WALL = 'by the wall';
export const BY_CPU = 'by the processor time of the server';
const GETS_A_ROUND = 500;

/** @type {Probe} */
export const GETS = {
  name: 'testnet gets',
  headings: ['testnet gets of 1 kB', '/s', 'spread'],
  async measure({ smoke, rounds }) {
    const { wallMicros, cpuMicros } = await measureGets(smoke ? 1 : rounds, smoke ? 1 : GETS_A_ROUND);
    const perSecond = (/** @type {number} */ micros) => 1e6 / micros;
    return [sampled(BY_WALL, wallMicros.map(perSecond)), sampled(BY_CPU, cpuMicros.map(perSecond))];
  },
};

const PAGE_ENTRIES = 1000;
const PAGES = 10;
const SMOKE_PAGE_ENTRIES = 10;
/** Then there is a page before the one being read, as there always is in a longer listing. */
const FEW_PAGES = 2;
export const MANY = `${PAGES} pages`;
export const ALL_KEPT = `${MANY}, every entry kept`;

/** @type {Probe} */
export const LISTING = {
  name: `testnet list ${PAGES * PAGE_ENTRIES}`,
  headings: [`list, pages of ${PAGE_ENTRIES}`, 'peak heap kB', 'of all kept', 'peak external kB'],
  async measure({ smoke }) {
    const pageEntries = smoke ? SMOKE_PAGE_ENTRIES : PAGE_ENTRIES;
    const readers = [
      { subject: `${FEW_PAGES} pages`, entries: FEW_PAGES * pageEntries, keeps: false },
      { subject: MANY, entries: PAGES * pageEntries, keeps: false },
      { subject: ALL_KEPT, entries: PAGES * pageEntries, keeps: true },
    ];
    const growths = await measureListing(PAGES * pageEntries, pageEntries, readers);
    return growths.map(({ entries, inOrder, heapBytes, externalBytes }, index) => {
      const { subject = '', entries: wanted } = readers[index] ?? {};
      refuseFaults(subject, [
        ...(entries === wanted ? [] : [`${entries} entries instead of ${wanted}`]),
        ...(inOrder ? [] : ['entries out of order']),
      ]);
      const value = heapBytes / (growths.at(-1)?.heapBytes ?? Number.NaN);
      return { subject, value, cells: [heapBytes / 1000, value.toFixed(2), externalBytes / 1000] };
    });
  },
};

export const PROBES = [HEAP, START, GETS, LISTING];

/**
 * @param {string} subject
 * @param {readonly number[]} values
 * @returns {Finding}
 */
function sampled(subject, values) {
  const value = median(values);
  return { subject, value, cells: [value, `${Math.round(spread(values) * 100)} %`] };
}
