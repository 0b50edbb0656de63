import { describe, expect, it } from 'vitest';
import { checkPortable } from '../check-portable.mjs';
import { manifest, temporaryWorkspace } from './temporary-workspace.ts';

const MANIFEST = manifest('@pubky-paykit/transport', { subpaths: { '.': 'index', './tcp': 'tcp' } });

describe('checkPortable', () => {
  it('leaves Node entries alone and refuses globals of Node and browsers elsewhere [Q4]', async () => {
    const root = temporaryWorkspace({
      'packages/transport/package.json': MANIFEST,
      'packages/transport/src/index.ts':
        'export const a = Buffer.alloc(1);\nexport const b = document.title;\n',
      'packages/transport/src/tcp.ts': 'export const c = process.version;\n',
    });
    const { findings } = await checkPortable(root);
    expect(findings).toHaveLength(2);
    expect(findings[0]).toMatch(/^packages\/transport\/src\/index\.ts\(1,18\).*'Buffer'/);
  });
});
