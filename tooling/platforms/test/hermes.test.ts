import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle } from '../bundle.mjs';

/** The compiler of today's React Native, by operating system; it is only a compiler, there is no machine to run on. */
const COMPILERS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux64-bin/hermesc',
  darwin: 'osx-bin/hermesc',
  win32: 'win64-bin/hermesc.exe',
};

function findCompiler(): string | undefined {
  const home = dirname(createRequire(import.meta.url).resolve('hermes-compiler'));
  const compiler = join(home, 'hermesc', COMPILERS[process.platform] ?? '');
  return process.arch === 'x64' && existsSync(compiler) ? compiler : undefined;
}

const compiler = findCompiler();
if (compiler === undefined)
  console.log(`Skipped: no Hermes compiler for ${process.platform} ${process.arch}.`);

describe('the core packages for React Native', () => {
  it.skipIf(compiler === undefined)(
    'compile to Hermes bytecode as they are [Q4]',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'paykit-hermes-'));
      try {
        const [source, output] = [join(folder, 'bundle.js'), join(folder, 'bundle.hbc')];
        writeFileSync(source, await bundle('everything.mjs', 'react-native', 'iife'));
        const args = ['-O', '-emit-binary', '-Wno-undefined-variable', '-out', output, source];
        const { status, stderr } = spawnSync(compiler as string, args, { encoding: 'utf8' });
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        expect(statSync(output).size).toBeGreaterThan(0);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
