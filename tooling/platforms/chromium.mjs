import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** A page that has not reported by then never will. */
const PAGE_TIMEOUT_MS = 120_000;
/** No sandbox because CI runs as root; the rest keeps the browser from calling anybody. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where a Chromium is, or `undefined`. */
export function findChromium() {
  return PLACES.find((place) => existsSync(place));
}

/**
 * Opens a page with `script` in a browser and resolves to what the page posts to `/result`.
 *
 * @param {string} chromium
 * @param {{ script: string, data: string }} page `data` is served as `/data`
 * @returns {Promise<unknown>}
 */
export async function runPage(chromium, { script, data }) {
  const report = withResolvers();
  const bodies = /** @type {Record<string, [string, string]>} */ ({
    '/': ['text/html', '<!doctype html><script type="module" src="/script.js"></script>'],
    '/script.js': ['text/javascript', script],
    '/data': ['application/json', data],
  });
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.end();
        report.resolve(JSON.parse(body));
      });
      return;
    }
    const [type, body] = bodies[request.url ?? ''] ?? ['text/plain', ''];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const profile = mkdtempSync(join(tmpdir(), 'paykit-browser-'));
  // By that name, because the cookies of the test network belong to it.
  const browser = spawn(chromium, [...FLAGS, `--user-data-dir=${profile}`, `http://localhost:${port}/`], {
    stdio: 'ignore',
    // A group of its own: the browser's many processes have to end together, or they write on while we clean up.
    detached: true,
  });
  const ended = new Promise((resolve) => browser.once('close', resolve));
  browser.once('error', report.reject);
  const timer = setTimeout(() => report.reject(new Error('the page did not report')), PAGE_TIMEOUT_MS);
  try {
    return await report.promise;
  } finally {
    clearTimeout(timer);
    endGroup(browser.pid);
    await ended;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** @param {number | undefined} pid The first process of a group. */
function endGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {};
  /** @type {(reason: unknown) => void} */
  let reject = () => {};
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
