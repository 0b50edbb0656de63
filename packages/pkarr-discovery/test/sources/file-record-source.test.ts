import { decodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createFileRecordSource, DiscoveryError } from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { FakeFiles } from '../discovery/fakes.ts';

const OWNER = filled(7);
const CALL = { signal: new AbortController().signal };

function look(files: FakeFiles) {
  return createFileRecordSource({ files, timeoutMs: 123 }).look(OWNER);
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code, context: {}, retryable: false, nextStep: 'None.' });
}

describe('createFileRecordSource', () => {
  it('reads the file of a device, and never more of it than a record may have [F3]', async () => {
    const files = new FakeFiles(OWNER);
    files.force('/pub/noise.app/v0/phone', 'v=1;k=…');
    const [record] = await look(files).read('phone', CALL);
    expect(decodeUtf8(record as Uint8Array)).toBe('v=1;k=…');
    expect(files.reads).toEqual([
      { path: '/pub/noise.app/v0/phone', signal: CALL.signal, timeoutMs: 123, maximumBytes: 4_096 },
    ]);
  });

  it('has no record where there is no file, an empty one, or no homeserver [F3]', async () => {
    const files = new FakeFiles(OWNER);
    files.force('/pub/noise.app/v0/empty', '');
    expect(await look(files).read('phone', CALL)).toEqual([]);
    expect(await look(files).read('empty', CALL)).toEqual([]);
    files.before = () => {
      throw coded('HOMESERVER_NO_HOMESERVER');
    };
    expect(await look(files).read('phone', CALL)).toEqual([]);
    expect(await look(files).devices(4, CALL)).toEqual({ names: [], complete: true });
  });

  it('passes on what the files fail with [F3]', async () => {
    const files = new FakeFiles(OWNER);
    files.before = () => {
      throw coded('HOMESERVER_ANSWER_TOO_LARGE');
    };
    expect((await rejectionOf(look(files).read('phone', CALL))).code).toBe('HOMESERVER_ANSWER_TOO_LARGE');
    expect((await rejectionOf(look(files).devices(4, CALL))).code).toBe('HOMESERVER_ANSWER_TOO_LARGE');
    await expect(look(files).read('No such device', CALL)).rejects.toThrow(DiscoveryError);
  });

  it('lists the names in the folder over several pages, as many as are wanted (P8 W-55)', async () => {
    const files = new FakeFiles(OWNER);
    for (const name of ['c', 'a', 'b', 'd/']) files.force(`/pub/noise.app/v0/${name}`, 'x');
    expect(await look(files).devices(4, CALL)).toEqual({ names: ['a', 'b', 'c', 'd/'], complete: true });
    expect(await look(files).devices(3, CALL)).toEqual({ names: ['a', 'b', 'c'], complete: false });
    expect(files.listings.every(({ shallow, timeoutMs }) => shallow === true && timeoutMs === 123)).toBe(
      true,
    );
  });

  it('takes what is elsewhere for no name, and stops asking a server that never ends [F3]', async () => {
    const files = new FakeFiles(OWNER);
    let pages = 0;
    const endless = {
      get: files.get.bind(files),
      listPage: async () => ({ paths: pages++ === 0 ? ['/pub/other/phone'] : [], cursor: 'more' }),
    };
    const names = await createFileRecordSource({ files: endless }).look(OWNER).devices(5, CALL);
    expect(names).toEqual({ names: ['/pub/other/phone'], complete: false });
    expect(pages).toBe(5);
  });
});
