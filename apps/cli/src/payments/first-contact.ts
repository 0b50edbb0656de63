import { hex, type KeyCache, type PeerKey, type PeerKeys } from 'pubky-paykit';
import { sameBytes } from '../same-bytes.ts';
import { hostPortText } from './host-port.ts';
import type { PayeeAddress } from './payee-address.ts';
import { callPayee, type FailedHandshake, type PayerParts } from './payee-call.ts';
import { tellKey } from './payee-key.ts';
import { askForReceipt, type Payment, requireFindable, tellConnecting } from './payment-attempt.ts';
import { absentFailure, asKeyFailure, PaymentFailed, paymentFailure } from './payment-failure.ts';

/**
 * Looks at the key that is shown at an address, and breaks off before the own one is: whoever listens has proven to hold the
 * key, and has learnt nothing.
 *
 * @returns 32 bytes; or why the handshake did not come so far. @throws PaymentFailed
 */
async function shownKey(parts: PayerParts, address: PayeeAddress): Promise<Uint8Array | FailedHandshake> {
  let shown: Uint8Array | undefined;
  const verifyStatic = (noiseKey: Uint8Array): boolean => {
    shown = noiseKey;
    return false;
  };
  const called = await callPayee(parts, address, { key: undefined, verifyStatic });
  if (!('failure' in called)) throw new TypeError('a handshake went on that was refused');
  return shown ?? called;
}

/**
 * Makes sure, after a handshake with a key of a first contact has failed, that the payee has it still.
 *
 * @throws PaymentFailed: `conflict` if another key is shown, which is kept beside the pinned one until the user decides.
 */
export async function requireSameKey(
  parts: PayerParts,
  { finder }: Pick<PeerKeys, 'finder'>,
  { noiseKey }: PeerKey,
  address: PayeeAddress,
): Promise<void> {
  const { options, surroundings } = parts;
  const { payee, device } = options;
  const shown = await shownKey(parts, address).catch((error: unknown) => {
    // Gone by now: that says nothing about the key.
    if (error instanceof PaymentFailed) return undefined;
    throw error;
  });
  if (shown === undefined || 'failure' in shown || sameBytes(shown, noiseKey)) return;
  try {
    await finder.learn(payee, shown, { device, signal: surroundings.signal });
  } catch (error) {
    throw asKeyFailure(error, device);
  }
}

/** The key of an earlier first contact, which is too long ago to be used. @throws PaymentFailed if records were seen before. */
async function expiredKey(
  cache: KeyCache,
  { options, surroundings }: PayerParts,
): Promise<Uint8Array | undefined> {
  const { payee, device } = options;
  const { entry, memory } = await cache.read(payee, device, { signal: surroundings.signal });
  if (memory.newest !== undefined || memory.revokedKeys.length > 0) throw paymentFailure('record-vanished');
  return entry.state === 'unknown' ? undefined : entry.noiseKey;
}

/** Has the user look at the key that is shown. @returns 32 bytes: the key that is trusted. @throws PaymentFailed */
async function askedKey(
  parts: PayerParts,
  address: PayeeAddress,
  expired: Uint8Array | undefined,
): Promise<Uint8Array> {
  const { terminal } = parts.surroundings;
  const shown = await shownKey(parts, address);
  if ('failure' in shown) throw shown.failure;
  terminal.tell(`Shown     ${hex.encode(shown)}\n`);
  if (expired !== undefined) {
    const standing = sameBytes(shown, expired) ? 'the same' : 'ANOTHER ONE';
    terminal.tell(
      `Before    ${hex.encode(expired)}: ${standing}, trusted at a first contact that has expired\n`,
    );
  }
  terminal.tell('`paykit keys status` shows the payee its own: ask by another way than this network.\n');
  if (await terminal.dialog?.confirm('Trust this key as that of the payee, and remember it?')) return shown;
  throw paymentFailure('not-trusted');
}

/** Keeps the key that was proven. @throws PaymentFailed unless no record speaks of another one. */
async function pinned(
  parts: PayerParts,
  { finder, cache }: Pick<PeerKeys, 'finder' | 'cache'>,
  noiseKey: Uint8Array,
): Promise<PeerKey> {
  const { payee, device } = parts.options;
  const { signal } = parts.surroundings;
  const key = await finder.learn(payee, noiseKey, { device, signal }).catch((error) => {
    throw asKeyFailure(error, device);
  });
  if (key.state !== 'tofu' || key.problem?.code === 'DISCOVERY_KEY_ABSENT') return key;
  // Between the two look-ups something has happened that is no absence: then nothing is trusted.
  await cache.forget(payee, device, { signal });
  throw asKeyFailure(key.problem, device);
}

/**
 * Pays somebody of whom no record names a key, at the address the user has given: with XX, whose key is trusted on first use
 * and kept (P8 §3.13, §4.5, W-16). XX proves that whoever listens holds the key, and not whose it is.
 *
 * @param parts With `options.connect`.
 * @throws PaymentFailed, and whatever is no answer of the payee or the network.
 * @see N8 §1.8
 */
export async function payAtFirstContact(
  parts: PayerParts,
  keys: Pick<PeerKeys, 'finder' | 'cache'>,
): Promise<Payment> {
  const { options, surroundings } = parts;
  const { connect, pattern, device, trustFirstContact } = options;
  const { terminal } = surroundings;
  const isPossible = pattern === undefined || pattern.name === 'XX';
  if (connect === undefined || !isPossible) throw absentFailure(device);
  const address = { ...connect, from: 'argument' } as const;
  const expired = await expiredKey(keys.cache, parts);
  requireFindable(parts, true);
  terminal.tell(
    `No record names a Noise key of the payee (device ${device}). First contact: whoever listens at ${hostPortText(address)} shows a key and proves to hold it, and NOBODY VOUCHES FOR IT but this connection. If the address is wrong, or somebody is in between, it is the key of somebody else.\n`,
  );
  if (!trustFirstContact && terminal.dialog === undefined) throw paymentFailure('first-contact');
  tellConnecting(terminal, address);
  // Looked at over a connection of its own: no handshake waits for as long as somebody may want to think.
  let trusted = trustFirstContact ? expired : await askedKey(parts, address, expired);
  const verifyStatic = (noiseKey: Uint8Array): boolean => {
    trusted ??= noiseKey;
    return sameBytes(trusted, noiseKey);
  };
  const called = await callPayee(parts, address, { key: undefined, pattern, verifyStatic });
  if ('failure' in called) {
    const isChanged = called.code === 'PATTERNS_STATIC_REFUSED' && trustFirstContact;
    throw isChanged ? paymentFailure('first-contact-changed') : called.failure;
  }
  let key: PeerKey;
  try {
    if (trusted === undefined) throw new TypeError('a handshake is over that has shown no key');
    key = await pinned(parts, keys, trusted);
  } catch (error) {
    await called.channel.close();
    throw error;
  }
  tellKey(surroundings, key);
  terminal.tell(`Kept      ${hex.encode(key.noiseKey)}\nFrom now on only this key is taken for the payee.\n`);
  try {
    return await askForReceipt(parts, called, { key, address });
  } catch (error) {
    const isDenied = error instanceof PaymentFailed && error.problem === 'wrong-payee';
    if (isDenied && key.state === 'tofu') {
      await keys.cache.forget(options.payee, device, { signal: surroundings.signal });
      terminal.tell('The key is not that of the payee, and is not kept.\n');
    }
    throw error;
  }
}
