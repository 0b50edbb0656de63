import { frame, header } from './raw-wire.mjs';
import { flipped, honestPayload, independent, octetOf, openSession } from './wire-handshakes.ts';
import { ACK, receiptText, requestText } from './wire-messages.ts';
import { PATTERNS } from './wire-parties.ts';
import { describeRefusals, type Refusal } from './wire-refusals.ts';

const UNDECRYPTED = { code: 'NOISE_DECRYPT_FAILED', wireCode: 3000 };

const SESSIONS: readonly Refusal[] = [
  ...PATTERNS.flatMap((pattern): Refusal[] => [
    {
      pattern,
      title: 'a message with a wrong tag [F3]',
      ...UNDECRYPTED,
      async talk(wire) {
        const { send } = await openSession(wire, pattern, 'initiator');
        wire.write(frame(flipped(send.encrypt(ACK))));
      },
    },
    {
      pattern,
      title: 'a message after one that never came',
      ...UNDECRYPTED,
      async talk(wire) {
        const { send } = await openSession(wire, pattern, 'initiator');
        // Its counter is taken, so the next one does not fit.
        send.encrypt('');
        wire.write(frame(send.encrypt(ACK)));
      },
    },
    {
      pattern,
      title: 'a message of 65 536 bytes, on its header (P8 W-22)',
      code: 'TRANSPORT_FRAME_TOO_LONG',
      wireCode: 3000,
      async talk(wire) {
        await openSession(wire, pattern, 'initiator');
        wire.write(header(65_536));
      },
    },
    {
      pattern,
      title: 'a message that ends in its body',
      code: 'TRANSPORT_TRUNCATED',
      wireCode: 8000,
      async talk(wire) {
        const { send } = await openSession(wire, pattern, 'initiator');
        wire.write(frame(send.encrypt(ACK)).subarray(0, -1));
        wire.end();
      },
    },
    {
      pattern,
      title: 'a peer that leaves before the messages that were waited for',
      code: 'PEER_CLOSED_EARLY',
      wireCode: null,
      args: ['--exit-after', '1'],
      async talk(wire) {
        await openSession(wire, pattern, 'initiator');
        wire.end();
      },
    },
  ]),
  ...(['ik', 'ik-raw'] as const).map(
    (pattern): Refusal => ({
      pattern,
      title: 'a recorded connection that is played again (P8 W-15, N8 W-28)',
      ...UNDECRYPTED,
      async talk(wire) {
        const [client, server] = [independent(pattern, 'initiator'), independent(pattern, 'responder')];
        const message = client.write(honestPayload(pattern, 0));
        server.read(message);
        client.read(server.write());
        const request = requestText(receiptText('replayed'));
        wire.write(octetOf(pattern), frame(message), frame(client.split().send.encrypt(request)));
        await wire.frame();
      },
    }),
  ),
];

describeRefusals('responder', SESSIONS, { session: true });
