import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const PACKAGES = new URL('../..', import.meta.url);
const PAGE = readFileSync(new URL('../MIGRATION.md', import.meta.url), 'utf8');

/** N8 §10.1 to 10.3: every public name, and the calls of the managers in §8.3 and §8.4. */
const NAMES_OF_0_8 = `
  NoiseSender NoiseReceiver NoiseSender::new NoiseSender::with_params NoiseReceiver::new NoiseReceiver::with_params Default
  initiate_ik initiate_ik_raw initiate_n initiate_nn initiate_xx respond_ik respond_ik_raw respond_n respond_nn respond_xx
  DEFAULT_NOISE_SUITE DEFAULT_PROLOGUE NoiseClient NoiseClient::new_direct build_initiator_ik_direct build_initiator_xx_tofu
  NoiseServer NoiseServer::new_direct build_responder_read_ik ServerPolicy IdentityPayload Role make_binding_message
  sign_identity_payload verify_identity_payload derive_x25519_static derive_x25519_for_device_epoch x25519_pk_from_sk
  shared_secret_nonzero derive_ed25519_secret derive_ed25519_public RingKeyProvider RingKeyFiller DummyRing
  PubkyRingProvider SessionId SessionId::from_handshake to_bytes from_bytes as_bytes NoiseSession
  NoiseSession::from_handshake session_id write encrypt read decrypt export_session_tag NoiseTransport NoiseLink
  StreamingNoiseSession StreamingNoiseSession::new new_with_default_chunk_size chunk_size encrypt_framed decrypt_framed
  encrypt_streaming decrypt_streaming encrypt_chunk decrypt_chunk inner inner_mut StreamingNoiseLink datalink_adapter
  client_start_ik_direct server_accept_ik client_complete_ik server_complete_ik start_ik_raw accept_ik_raw start_n accept_n
  complete_n start_nn accept_nn complete_raw complete_ik_handshake_for_test NoiseSessionManager ThreadSafeSessionManager
  NoiseRole NoiseManager RawNoiseManager MobileConfig SessionState ConnectionStatus NoisePattern negotiation_byte from_byte
  parse display NoiseError NoiseErrorCode StorageBackedMessaging StorageBackedMessaging::new with_counters with_retry_config
  write_path read_path write_counter read_counter send_message receive_messages peek_message_count MessageQueue enqueue
  dequeue RetryConfig
  initiate_connection initiate_connection_with_pattern accept_connection accept_connection_with_pattern complete_connection
  complete_connection_xx complete_accept get_session list_sessions remove_session get_status set_status save_state
  restore_state config set_config create_storage_messaging
  PKARR_NOISE_VERSION PKARR_NOISE_PREFIX DEFAULT_MAX_KEY_AGE_SECONDS parse_x25519_from_pkarr format_x25519_for_pkarr
  format_x25519_for_pkarr_with_timestamp pkarr_noise_subdomain create_pkarr_binding_message sign_pkarr_key_binding
  verify_pkarr_key_binding parse_and_verify_pkarr_key parse_and_verify_with_expiry extract_timestamp_from_pkarr
  FfiNoiseManager new_client new_server connect_client accept_server FfiRawNoiseManager FfiRawNoiseManager::new
  initiate_anonymous initiate_ephemeral accept_anonymous accept_ephemeral accept_xx FfiHandshakeResult FfiAcceptResult
  complete_handshake complete_handshake_xx default_config battery_saver_config performance_config derive_device_key
  public_key_from_secret ffi_derive_x25519_static ffi_x25519_public_key ffi_sign_pkarr_key_binding
  ffi_format_x25519_for_pkarr ffi_format_x25519_for_pkarr_with_timestamp ffi_parse_x25519_from_pkarr
  ffi_parse_and_verify_pkarr_key ffi_parse_and_verify_with_expiry ffi_extract_timestamp_from_pkarr
  ffi_verify_pkarr_key_binding ffi_pkarr_noise_subdomain ffi_create_pkarr_binding_message FfiMobileConfig FfiSessionState
  FfiConnectionStatus FfiNoiseError FfiNoisePattern
`
  .trim()
  .split(/\s+/);

function sourceOf(folder: string): string {
  const directory = new URL(`${folder}/`, PACKAGES);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file, directory), 'utf8'))
    .join('\n');
}

/** What an index file exports, types included. */
function exportsOf(index: string): Set<string> {
  const lists = readFileSync(new URL(index, PACKAGES), 'utf8').matchAll(/export (?:type )?\{([^}]*)\}/g);
  const names = Array.from(lists, ([, list]) => (list as string).split(','));
  return new Set(names.flat().map((name) => name.trim().replace(/^type /, '')));
}

/** The code spans of one column, row by row. */
function column(at: number): string[][] {
  return PAGE.split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| 0.8') && !line.startsWith('| --'))
    .map((line) =>
      Array.from((line.split('|')[at] as string).matchAll(/`([^`]+)`/g), ([, span]) => span as string),
    );
}

describe('MIGRATION.md', () => {
  it('names everything that 0.8 offers, and nothing else', () => {
    expect(new Set(column(1).flat())).toEqual(new Set(NAMES_OF_0_8));
  });

  it('says for every name what it is here, or why it is nothing', () => {
    const [ours, remarks] = [column(2), PAGE.split('\n').filter((line) => line.startsWith('| `'))];
    expect(remarks.length).toBe(ours.length);
    for (const [row, names] of ours.entries()) {
      const [, , here, why] = (remarks[row] as string).split('|').map((cell) => cell.trim());
      expect(names.length > 0 || (here === '–' && why !== '')).toBe(true);
    }
  });

  it('names only what is exported, and members that exist', () => {
    const sources = new Map<string, string>();
    let checked = 0;
    for (const span of new Set(column(2).flat())) {
      const [, place = 'patterns', name, member] = /^(?:([a-z/-]+):)?(\w+)(?:\.(\w+))?$/.exec(span) ?? [];
      const [folder, ...subpath] = place.split('/');
      const index = [folder, 'src', ...subpath, 'index.ts'].join('/');
      expect(exportsOf(index), span).toContain(name);
      checked += 1;
      if (member === undefined) continue;
      const source = sources.get(place) ?? sourceOf(`${folder}/src`);
      sources.set(place, source);
      const declaration = new RegExp(
        `export interface ${name}\\b[^{]*\\{\n(?:  .*\n|\n)*?  (?:readonly )?${member}[?:(<]`,
      );
      expect(source, span).toMatch(declaration);
    }
    expect(checked).toBeGreaterThan(50);
  });
});
