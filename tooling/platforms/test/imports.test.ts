import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** What a bundler for browsers makes of one import line, from the sources. */
async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@pubky-paykit/source', 'browser'],
  });
  return outputFiles[0]?.text ?? '';
}

describe('an app', () => {
  it('carries the one pattern it imports and no other [Q3]', async () => {
    const code = await bundled(`export { XX } from '@pubky-paykit/noise-core';`);
    expect(code).toContain('"XX"');
    expect(code).not.toContain('"IK"');
    expect(code).not.toContain('createHandshake');
  });

  it('carries no suite with the interpreter [Q3]', async () => {
    const code = await bundled(`export { createHandshake } from '@pubky-paykit/noise-core';`);
    expect(code).not.toMatch(/chacha|BLAKE2|25519|@noble/i);
    expect(code).not.toContain('class ReplayWindow');
  });

  it.each(['x25519', 'chacha-poly', 'blake2s'])(
    'gets %s on noble and nothing of Node [Q3] [Q4]',
    async (part) => {
      const code = await bundled(`export * from '@pubky-paykit/noise-core/${part}';`);
      expect(code).toContain('@noble/');
      expect(code).not.toContain('node:crypto');
      expect(code).not.toContain('WebAssembly');
    },
  );
});
