import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { compare, median, ratios } from './measure.mjs';

// A dependency of noise-core, not of this folder: the question is whether noise-core uses it well.
const load = createRequire(import.meta.resolve('@pubky-paykit/noise-core'));
const { ChaCha20Poly1305, newInstance } = load('@chainsafe/as-chacha20poly1305');

const MESSAGE_BYTES = [0, 16, 32, 64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 1024, 2048];
const PLAN = { rounds: 21, sliceMs: 10 };
const OPTIONS = { authTagLength: 16 };
const TAG_BYTES = 16;

const wasm = new ChaCha20Poly1305(newInstance());
const key = randomBytes(32);
const nonce = new Uint8Array(12);

/** @param {Uint8Array} plaintext */
function sealOpenssl(plaintext) {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, OPTIONS);
  const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
  sealed.set(cipher.update(plaintext));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plaintext.length);
  return sealed;
}

/** @param {Uint8Array} sealed */
function openOpenssl(sealed) {
  const length = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, OPTIONS);
  decipher.setAuthTag(sealed.subarray(length));
  const plaintext = decipher.update(sealed.subarray(0, length));
  decipher.final();
  return plaintext;
}

console.log('bytes   seal: wasm µs  OpenSSL µs  wasm/OpenSSL   open: wasm µs  OpenSSL µs  wasm/OpenSSL');
for (const bytes of MESSAGE_BYTES) {
  const plaintext = randomBytes(bytes);
  const sealed = sealOpenssl(plaintext);
  if (Buffer.compare(sealed, wasm.seal(key, nonce, plaintext)) !== 0)
    throw new Error(`they differ at ${bytes} B`);
  const [wasmSeal, opensslSeal, wasmOpen, opensslOpen] = (
    await compare(
      [
        { name: 'wasm seal', run: () => wasm.seal(key, nonce, plaintext) },
        { name: 'OpenSSL seal', run: () => sealOpenssl(plaintext) },
        { name: 'wasm open', run: () => wasm.open(key, nonce, sealed) },
        { name: 'OpenSSL open', run: () => openOpenssl(sealed) },
      ],
      PLAN,
    )
  ).map(({ micros }) => micros);
  console.log(String(bytes).padStart(5), cells(wasmSeal, opensslSeal), '  ', cells(wasmOpen, opensslOpen));
}

/**
 * @param {readonly number[]} [wasmMicros]
 * @param {readonly number[]} [opensslMicros]
 */
function cells(wasmMicros = [], opensslMicros = []) {
  const values = [median(wasmMicros), median(opensslMicros), median(ratios(wasmMicros, opensslMicros))];
  return values.map((value, column) => value.toFixed(2).padStart(column === 0 ? 14 : 12)).join('');
}
