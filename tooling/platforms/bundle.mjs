import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PROGRAMS = new URL('programs/', import.meta.url);

/**
 * Bundles a program of this folder from the sources, as an app without Node would.
 *
 * @param {string} program file name under `programs/`
 * @param {'browser' | 'react-native'} platform export condition
 * @param {'esm' | 'iife'} format
 * @returns {Promise<string>}
 */
export async function bundle(program, platform, format) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(program, PROGRAMS))],
    bundle: true,
    write: false,
    format,
    target: 'es2022',
    // Nothing of Node may get in: an import of it fails the build.
    platform: 'neutral',
    mainFields: platform === 'browser' ? ['browser', 'module', 'main'] : ['module', 'main'],
    conditions: ['@pubky-paykit/source', platform],
  });
  return /** @type {import('esbuild').OutputFile} */ (outputFiles[0]).text;
}
