import {
  decryptFramed,
  decryptFrames,
  encryptFramed,
  type ReceiveSession,
  type SendSession,
} from '../../src/index.ts';

declare const sender: SendSession;
declare const receiver: ReceiveSession;
declare const bytes: Uint8Array;

encryptFramed(sender, bytes, { chunkBytes: 4 });
decryptFramed(receiver, bytes, { maximumBytes: 1_000 });

// @ts-expect-error The responder of N cannot send.
encryptFramed(receiver, bytes);
// @ts-expect-error The initiator of N cannot receive.
decryptFramed(sender, bytes);
// @ts-expect-error Nor chunk by chunk.
decryptFrames(sender, bytes);
// @ts-expect-error The reader does not choose the chunks.
decryptFramed(receiver, bytes, { chunkBytes: 4 });
