import { decodeUtf8, encodeUtf8, zBase32 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { coldBundleCodec, coldRequestCodec } from '../../src/cold/cold-files.ts';
import { createColdRequest } from '../../src/cold/make-request.ts';
import { prepareOffline } from '../../src/cold/prepare-offline.ts';
import { rejectionOf } from '../bytes.ts';
import { SIGNER } from '../lifecycle/household.ts';
import { derive } from '../lifecycle/world.ts';
import { identity, Outpost } from './outposts.ts';

describe('coldRequestCodec and coldBundleCodec', () => {
  it('[F3] are refused if anything in them is not as it was written', async () => {
    const outpost = await Outpost.announced();
    const request = await createColdRequest({ identity, action: 'publish', derive, ...outpost });
    const bundle = await prepareOffline(request, SIGNER, outpost);
    for (const [codec, value] of [
      [coldRequestCodec, request],
      [coldBundleCodec, bundle],
    ] as const) {
      const text = decodeUtf8((codec.encode as (each: typeof value) => Uint8Array)(value));
      const codeOf = async (changed: string) =>
        (await rejectionOf((async () => codec.decode(encodeUtf8(changed)))())).code;
      const changes: readonly (readonly [string | RegExp, string])[] = [
        ['"version": 1', '"version": 1, "version": 1'],
        ['"version": 1', '"version": 1, "seed": "00"'],
        ['"action": "publish"', '"action": "toString"'],
        ['"device": "default"', '"device": "../default"'],
        [/"createdMs": \d+/, '"createdMs": 1e3'],
        [/"packet": ".{8}/, '"packet": "!'],
        [/"(statements|publications)": \[[^\]]*\]/, '"$1": []'],
      ];
      for (const [from, to] of changes) {
        const changed = text.replace(from, to);
        expect(changed).not.toBe(text);
        expect(await codeOf(changed)).toBe('DISCOVERY_DOCUMENT_MALFORMED');
      }
      expect(await codeOf(text.replace('"version": 1', '"version": 2'))).toBe('DISCOVERY_DOCUMENT_NEWER');
      expect(await codeOf(' '.repeat(40_000))).toBe('DISCOVERY_DOCUMENT_MALFORMED');
      // As it comes from a mail, or from another system.
      expect(codec.decode(encodeUtf8(text.replaceAll('\n', '\r\n')))).toEqual(value);
    }
  });

  it('are for people, too: one member a line', async () => {
    const request = await createColdRequest({ identity, action: 'publish', clock: new ManualClock(0) });
    expect(decodeUtf8(coldRequestCodec.encode(request))).toBe(`{
  "format": "pubky-paykit-cold-request",
  "version": 1,
  "identity": "${zBase32.encode(identity)}",
  "device": "default",
  "action": "publish",
  "createdMs": 0,
  "revision": 0,
  "stampedSeconds": "0",
  "statements": [
    {
      "kind": "key",
      "device": "default",
      "context": "default",
      "later": 0
    }
  ]
}
`);
  });
});
