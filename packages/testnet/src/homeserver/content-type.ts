const latin = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0));

/** What contents of some types begin with: at which byte, which bytes. Those of the official server that tests meet. */
const SIGNATURES: readonly (readonly [type: string, at: number, bytes: readonly number[]])[] = [
  ['image/png', 0, [0x89, ...latin('PNG\r\n'), 0x1a, 0x0a]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, latin('GIF')],
  ['image/webp', 8, latin('WEBP')],
  ['image/bmp', 0, latin('BM')],
  ['application/pdf', 0, latin('%PDF')],
  ['application/zip', 0, [...latin('PK'), 3, 4]],
  ['application/gzip', 0, [0x1f, 0x8b, 8]],
  ['application/wasm', 0, [0, ...latin('asm')]],
  ['video/mp4', 4, latin('ftyp')],
  ['video/webm', 0, [0x1a, 0x45, 0xdf, 0xa3]],
  ['audio/mpeg', 0, latin('ID3')],
  ['audio/ogg', 0, latin('OggS')],
  ['audio/x-wav', 8, latin('WAVE')],
  ['text/html', 0, latin('<!DOCTYPE html')],
  ['text/html', 0, latin('<html')],
  ['text/xml', 0, latin('<?xml')],
];

/** What is looked at of a content, in bytes: more than any of these take. */
export const SIGNATURE_BYTES = 16;

/** What the ends of names stand for. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bin: 'application/octet-stream',
  css: 'text/css',
  csv: 'text/csv',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  mjs: 'text/javascript',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  toml: 'text/x-toml',
  txt: 'text/plain',
  wasm: 'application/wasm',
  webp: 'image/webp',
  xml: 'text/xml',
  yaml: 'text/x-yaml',
  yml: 'text/x-yaml',
  zip: 'application/zip',
};

/**
 * The type of a file, from what it begins with, or else from its name. What a client says about it is not asked, as by the
 * official server.
 *
 * @param start the first {@link SIGNATURE_BYTES} bytes, or fewer of a shorter content.
 */
export function contentTypeOf(path: string, start: Uint8Array): string {
  const found = SIGNATURES.find(([, at, bytes]) => bytes.every((byte, index) => start[at + index] === byte));
  if (found !== undefined) return found[0];
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const type = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
  return type ?? 'application/octet-stream';
}
