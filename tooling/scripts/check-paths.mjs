import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runIfMain } from './finding.mjs';

const MACHINE_FOLDERS = [
  'root',
  'home',
  'work',
  'tmp',
  'opt',
  'mnt',
  'srv',
  'Users',
  'Volumes',
  'workspace',
  'var/folders',
];
const REGISTRY_HOSTS = [
  '(?<![\\w-])registry[.](?!terraform)[a-z0-9-]+[.][a-z]+',
  '[a-z0-9-]+[.]jfrog[.]io',
  'npm[.]pkg[.]github[.]com',
  '(?:verdaccio|artifactory|codeartifact|nexus)[.:/][a-z0-9]',
  'local[h]ost:4873',
];
// A letter in brackets keeps this file from naming what it looks for.
const WORKPLACE_TOOLS = [
  'c[l]aude',
  'anthro[p]ic',
  'chat[g]pt',
  'open[a]i',
  'co[p]ilot',
  'co[d]ex',
  'j[i]ra',
  'conf[l]uence',
  's[l]ack[.]com',
  'not[i]on[.]so',
];

/**
 * What a tracked line may not hold, and what it is called when it does.
 *
 * @type {readonly { what: string, pattern: RegExp, onlyIn?: RegExp }[]}
 */
export const FORBIDDEN = [
  {
    what: 'a path of a machine',
    pattern: new RegExp(`(?<![\\w.~)}\\]/-])/(?:${MACHINE_FOLDERS.join('|')})/[\\w.-]`),
  },
  { what: 'a path of a machine', pattern: /(?<!\w)[A-Z]:\\{1,2}\w+\\/ },
  { what: 'a registry host', pattern: new RegExp(REGISTRY_HOSTS.join('|'), 'i') },
  { what: 'a registry setting', pattern: /^\s*(?:@[\w-]+:)?registry\s*=/ },
  {
    what: 'a download address',
    pattern: /(?:tarball|resolved)\W+https?:/,
    onlyIn: /(?:pnpm-lock\.yaml|package-lock\.json|yarn\.lock)$/,
  },
  {
    what: 'the name of a workplace tool',
    pattern: new RegExp(`\\b(?:${WORKPLACE_TOOLS.join('|')})\\b`, 'i'),
  },
];

/**
 * Lines that are right as they are: the file, and a part of the line.
 *
 * @type {readonly { file: RegExp, part: string }[]}
 */
export const ALLOWED = [];

/**
 * Refuses traces of the machine a file was written on: absolute paths, registry hosts, names of tools. Looks at every
 * tracked file and at those about to be.
 *
 * @param {string} root the root folder of a git working tree
 */
export function checkPaths(root) {
  const listing = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  const files = [...new Set(listing.toString('utf8').split('\0'))].filter(
    (file) => file !== '' && existsSync(join(root, file)),
  );
  const findings = files.flatMap((file) => findTraces(file, readFileSync(join(root, file))));
  return { looked: `${files.length} files`, findings };
}

/**
 * @param {string} file
 * @param {Buffer} bytes
 */
function findTraces(file, bytes) {
  const isBinary = bytes.includes(0);
  if (isBinary) return [];
  const rules = FORBIDDEN.filter(({ onlyIn }) => onlyIn === undefined || onlyIn.test(file));
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line, index) =>
      rules
        .filter(({ pattern }) => pattern.test(line) && !isAllowed(file, line))
        .map(({ what, pattern }) => `${file}:${index + 1}: ${what}: ${pattern.exec(line)?.[0].trim()}`),
    );
}

/**
 * @param {string} file
 * @param {string} line
 */
function isAllowed(file, line) {
  return ALLOWED.some((allowed) => allowed.file.test(file) && line.includes(allowed.part));
}

await runIfMain(import.meta.url, 'paths', checkPaths);
