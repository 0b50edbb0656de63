import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { CANDIDATES } from './candidates/index.mjs';
import { PACKET_CODECS } from './candidates/packets.mjs';
import { RAW_AEADS } from './candidates/raw-aead.mjs';
import { STORAGES } from './candidates/storage.mjs';

const GIB = 2 ** 30;

/**
 * Where and with what a run was made.
 *
 * @typedef {object} Machine
 * @property {string} date
 * @property {string} hardware
 * @property {string} node
 * @property {string} load the load averages of 1, 5 and 15 minutes at the start
 * @property {Readonly<Record<string, string>>} versions
 */

/** @returns {Machine} */
export function describeMachine() {
  const processors = cpus();
  const candidates = [...CANDIDATES, ...RAW_AEADS, ...PACKET_CODECS, ...STORAGES];
  const measured = new Set(candidates.flatMap(({ packages }) => packages));
  return {
    date: new Date().toISOString().slice(0, 10),
    hardware: `${processors.length} × ${processors[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / GIB)} GiB, ${process.platform} ${process.arch}`,
    node: `${process.version} (OpenSSL ${process.versions.openssl})`,
    load: loadavg()
      .map((value) => value.toFixed(2))
      .join(' '),
    versions: {
      ...Object.fromEntries([...measured].map((name) => [name, versionOf(name)])),
      'sodium-native': nativeVersion(),
    },
  };
}

/** @param {string} name a dependency of this folder */
function versionOf(name) {
  const manifest = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return String(JSON.parse(readFileSync(manifest, 'utf8')).version);
}

/** The library noise-handshake gets its primitives from, two packages down. */
function nativeVersion() {
  try {
    const noise = createRequire(import.meta.url).resolve('noise-handshake');
    const universal = createRequire(noise).resolve('sodium-universal');
    return String(createRequire(universal)('sodium-native/package.json').version);
  } catch {
    return 'absent: noise-handshake runs on JavaScript';
  }
}
