/**
 * One thing to measure.
 *
 * @typedef {object} Runnable
 * @property {string} name
 * @property {() => unknown} run what it returns is awaited if it is a promise
 */

/**
 * What was measured of one candidate.
 *
 * @typedef {object} Series
 * @property {string} name
 * @property {readonly number[]} micros microseconds per call, one entry a round
 * @property {readonly number[]} [besideMicros] the same by the clock beside
 */

/**
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {number} sliceMs how long one candidate runs in one round, at least one call
 * @property {() => number} [now] a clock in milliseconds; the processor time of this process by default
 * @property {() => number} [beside] another one, read at the same moments
 */

/**
 * Clocks in milliseconds.
 *
 * Processor time does not count the moments in which other processes had the processor, so it is what to read on a
 * machine that is not idle. It counts the engine's helper threads (garbage collection), which the wall does not.
 */
export const CLOCKS = {
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  wall: () => performance.now(),
};

/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * (maximum − minimum) / median: how far to trust the median.
 *
 * @param {readonly number[]} values
 */
export function spread(values) {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/**
 * `numerator` over `denominator`, round by round: both ran within the same second, so what slows the machine down
 * for a while cancels out.
 *
 * @param {readonly number[]} numerator
 * @param {readonly number[]} denominator as many
 */
export function ratios(numerator, denominator) {
  return numerator.map((value, round) => value / (denominator[round] ?? Number.NaN));
}

/**
 * Who runs when: each round starts one further, every other round backwards, so that nobody always follows the same
 * neighbour and pays for its garbage.
 *
 * @param {number} round
 * @param {number} count
 */
export function orderOf(round, count) {
  const order = Array.from({ length: count }, (_, index) => (index + round) % count);
  return round % 2 === 1 ? order.reverse() : order;
}

/**
 * Measures candidates interleaved: a warm-up that also finds how many calls fill a slice, then the rounds.
 *
 * @param {readonly Runnable[]} candidates
 * @param {Plan} plan
 * @returns {Promise<Series[]>} in the order of the candidates
 */
export async function compare(candidates, { rounds, sliceMs, now = CLOCKS.cpu, beside }) {
  const lanes = [];
  for (const { name, run } of candidates) {
    const calls = await warmUp(run, sliceMs, now);
    /** @type {{ micros: number[], besideMicros: number[] }} */
    const times = { micros: [], besideMicros: [] };
    lanes.push({ name, run, calls, ...times });
  }
  for (let round = 0; round < rounds; round++) {
    for (const index of orderOf(round, lanes.length)) {
      const lane = lanes[index];
      if (lane === undefined) continue;
      const start = now();
      const besideStart = beside?.() ?? 0;
      for (let call = 0; call < lane.calls; call++) {
        const running = lane.run();
        // Awaiting what is no promise would charge synchronous candidates for a turn of the event loop.
        if (running instanceof Promise) await running;
      }
      lane.micros.push(((now() - start) * 1000) / lane.calls);
      if (beside !== undefined) lane.besideMicros.push(((beside() - besideStart) * 1000) / lane.calls);
    }
  }
  return lanes.map(({ name, micros, besideMicros }) => ({
    name,
    micros,
    ...(beside !== undefined && { besideMicros }),
  }));
}

/** The engine compiles hot JavaScript and WebAssembly in the background; shorter warm-ups measure slow code. */
const WARM_UP_SLICES = 6;

/**
 * @param {() => unknown} run
 * @param {number} sliceMs
 * @param {() => number} now
 * @returns {Promise<number>} how many calls fill a slice, by the last slice of the warm-up
 */
async function warmUp(run, sliceMs, now) {
  const start = now();
  let calls = 0;
  let callsBefore = 0;
  let before = start;
  let time = start;
  do {
    const running = run();
    if (running instanceof Promise) await running;
    calls += 1;
    time = now();
    if (time - start <= (WARM_UP_SLICES - 1) * sliceMs) [before, callsBefore] = [time, calls];
  } while (time - start < WARM_UP_SLICES * sliceMs);
  return time > before ? Math.max(1, Math.round(((calls - callsBefore) * sliceMs) / (time - before))) : 1;
}
