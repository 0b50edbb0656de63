import { describe, expect, it } from 'vitest';
import * as dht from '../src/dht/index.ts';
import * as discovery from '../src/index.ts';

describe('public interface', () => {
  it('exports exactly these names', () => {
    expect(Object.keys(discovery).sort()).toEqual([
      'CONTACT_POLICIES',
      'DEFAULT_DEVICE',
      'DISCOVERY_ERRORS',
      'DiscoveryError',
      'KEY_POLICIES',
      'KEY_TRANSITIONS',
      'MAX_CLOCK_SKEW_SECONDS',
      'MAX_DNS_MESSAGE_BYTES',
      'MAX_KEY_AGE_SECONDS',
      'MAX_KEY_RECORD_BYTES',
      'MAX_PAYLOAD_BYTES',
      'NOTHING_REMEMBERED',
      'UNKNOWN_KEY',
      'activeKey',
      'checkKeyRecord',
      'coldBundleCodec',
      'coldRequestCodec',
      'compareSignedPackets',
      'consultKey',
      'createColdRequest',
      'createDiscovery',
      'createFileRecordSource',
      'createFileTarget',
      'createHomeserverDirectory',
      'createKeyCache',
      'createKeyFinder',
      'createKeyKeeper',
      'createPacketRecordSource',
      'createPacketTarget',
      'createPublicationQueue',
      'createRelay',
      'createRelaySet',
      'createRememberingPackets',
      'createRestamper',
      'createRollBackKeeper',
      'currentKey',
      'decodeDnsMessage',
      'derivationContext',
      'encodeDnsMessage',
      'formatKeyRecord',
      'formerDevice',
      'freshnessDigest',
      'homeserverRecords',
      'isFormerDevice',
      'keyBindingDigest',
      'keyLedgerCodec',
      'keyRecordName',
      'keyRecordPath',
      'liveKeys',
      'nextKeyAction',
      'nextKeyState',
      'observeKey',
      'openKeyLedgers',
      'ownName',
      'parseKeyRecord',
      'parseSignedPacket',
      'prepareOffline',
      'publishEverywhere',
      'publishPrepared',
      'readUnverifiedKeyRecord',
      'rememberKeyRecord',
      'rememberUntimely',
      'requireDeviceId',
      'requireFoundKey',
      'requireFresh',
      'requireKeyPolicy',
      'rollBackRefusal',
      'signFreshness',
      'signKeyBinding',
      'signKeyRecord',
      'signPacket',
      'signedPacketPayload',
      'updatePacket',
      'userRecord',
      'verifyFreshness',
      'verifyKeyBinding',
      'verifyKeyRecord',
    ]);
  });

  it('has these codes for packets, relays and homeservers', () => {
    const codes = [
      'DISCOVERY_ABSENCE_UNCERTAIN',
      'DISCOVERY_BAD_ANSWER',
      'DISCOVERY_BAD_MESSAGE',
      'DISCOVERY_BAD_RECORD',
      'DISCOVERY_BAD_RELAY_URL',
      'DISCOVERY_BAD_SIGNATURE',
      'DISCOVERY_CANCELLED',
      'DISCOVERY_CONFLICT',
      'DISCOVERY_HOMESERVER_UNKNOWN',
      'DISCOVERY_INSECURE_RELAY',
      'DISCOVERY_LOCAL_ENDPOINT',
      'DISCOVERY_NOT_CONFIRMED',
      'DISCOVERY_NO_ENDPOINT',
      'DISCOVERY_NO_PACKET',
      'DISCOVERY_NO_RELAY',
      'DISCOVERY_OFFLINE',
      'DISCOVERY_PACKET_TOO_LARGE',
      'DISCOVERY_RATE_LIMITED',
      'DISCOVERY_RECORDS_LOST',
      'DISCOVERY_RELAY_REFUSED',
      'DISCOVERY_RELAY_TOO_SMALL',
      'DISCOVERY_RELAY_UNAVAILABLE',
      'DISCOVERY_SIGNER_FAILED',
      'DISCOVERY_SIGNER_WRONG',
      'DISCOVERY_TIMED_OUT',
      'DISCOVERY_TIMESTAMP_SPENT',
      'DISCOVERY_WRONG_LENGTH',
    ];
    expect(Object.keys(discovery.DISCOVERY_ERRORS)).toEqual(expect.arrayContaining(codes));
  });

  it('has these codes for the records of Noise keys', () => {
    const codes = [
      'DISCOVERY_BAD_DEVICE',
      'DISCOVERY_FRESHNESS_FORGED',
      'DISCOVERY_FRESHNESS_UNSIGNED',
      'DISCOVERY_ILLEGAL_KEY_EVENT',
      'DISCOVERY_KEY_DOWNGRADED',
      'DISCOVERY_KEY_FROM_FUTURE',
      'DISCOVERY_KEY_RECORD_FORGED',
      'DISCOVERY_KEY_RECORD_INCOMPLETE',
      'DISCOVERY_KEY_RECORD_MALFORMED',
      'DISCOVERY_KEY_REVOKED',
      'DISCOVERY_KEY_ROLLED_BACK',
      'DISCOVERY_KEY_STALE',
      'DISCOVERY_WEAK_KEY',
    ];
    expect(Object.keys(discovery.DISCOVERY_ERRORS)).toEqual(expect.arrayContaining(codes));
  });

  it('has these codes for sources, results, publications and the DHT', () => {
    const codes = [
      'DISCOVERY_BAD_PUBLICATION',
      'DISCOVERY_DHT_BUSY',
      'DISCOVERY_DHT_CLOSED',
      'DISCOVERY_DHT_FAILED',
      'DISCOVERY_DHT_MISSING',
      'DISCOVERY_KEY_ABSENT',
      'DISCOVERY_MEMORY_FAILED',
      'DISCOVERY_NEWER_PUBLISHED',
      'DISCOVERY_SOURCE_FAILED',
      'DISCOVERY_TARGET_FAILED',
      'DISCOVERY_TOO_MANY_DEVICES',
      'DISCOVERY_TOO_MANY_RECORDS',
      'DISCOVERY_UNREACHABLE',
    ];
    expect(Object.keys(discovery.DISCOVERY_ERRORS)).toEqual(expect.arrayContaining(codes));
  });

  it('exports exactly these names for the DHT', () => {
    expect(Object.keys(dht).sort()).toEqual(['MAINLINE_BOOTSTRAP', 'createDhtTarget', 'openDht']);
  });
});
