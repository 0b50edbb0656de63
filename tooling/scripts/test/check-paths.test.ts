import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkPaths } from '../check-paths.mjs';
import { type Files, temporaryWorkspace } from './temporary-workspace.ts';

function findings(files: Files) {
  const root = temporaryWorkspace(files);
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  return checkPaths(root).findings;
}

// Put together here, so that the check does not refuse this file.
const home = ['', 'home', 'someone', 'project'].join('/');
const registry = ['registry', 'npmjs', 'org'].join('.');

describe('checkPaths', () => {
  it('accepts addresses, relative paths and paths of a protocol', () => {
    expect(
      findings({
        'a.md': 'See https://example.com/home/page, ../tmp/x, /pub/paykit.app/v0 and `#!/usr/bin/env bash`.',
      }),
    ).toEqual([]);
  });

  it('refuses the path of a machine and names the line', () => {
    expect(findings({ 'a.md': `fine\nsee ${home}/notes.txt\n` })).toEqual([
      expect.stringMatching(/^a\.md:2: a path of a machine: /),
    ]);
  });

  it('refuses a registry host, a registry setting and a download address in a lockfile', () => {
    expect(
      findings({
        'a.json': `{"from":"https://${registry}/x"}`,
        '.npmrc': 'registry = https://example.com/',
        'pnpm-lock.yaml': 'resolution: {tarball: https://example.com/x.tgz}',
      }),
    ).toHaveLength(3);
  });

  it('refuses the name of a workplace tool in any case', () => {
    expect(findings({ 'a.ts': `// ${'jir'}${'a'} says so, and ${'JIR'}${'A'}-12 too` })).toHaveLength(1);
  });

  it('leaves ignored files and binary files alone', () => {
    expect(findings({ '.gitignore': 'out', 'out/a.txt': home, 'b.bin': `\0${home}/x` })).toEqual([]);
  });
});
