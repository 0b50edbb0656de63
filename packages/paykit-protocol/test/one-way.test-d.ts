import {
  type AnswerOptions,
  type MessageChannel,
  type NoteOptions,
  noteRequest,
  type OneWayReceiver,
  type OneWaySender,
  type PaykitReceipt,
  type RequestAnswer,
  type RequestNote,
  type RequestReceipt,
  requestReceipt,
  type ServeOptions,
  sendOneWayRequest,
  serveChannel,
  serveOneWayChannel,
  type VerifyPayer,
} from '../src/index.ts';

declare const sender: OneWaySender;
declare const receiver: OneWayReceiver;
declare const channel: MessageChannel;
declare const receipt: PaykitReceipt;
declare const message: RequestReceipt;
declare const noting: NoteOptions;
declare const serving: ServeOptions;
declare const note: RequestNote;

sendOneWayRequest(sender, receipt);
serveOneWayChannel(receiver, noting);

// @ts-expect-error Over two ways the payee would answer, and nobody would read it.
sendOneWayRequest(channel, receipt);
// @ts-expect-error Over two ways the payer waits for an answer.
serveOneWayChannel(channel, noting);
// @ts-expect-error Nothing can be received one way, so no confirmation either.
requestReceipt(sender, receipt, { store: serving.store });
// @ts-expect-error Nothing can be answered one way.
serveChannel(receiver, serving);
// @ts-expect-error The payer's end has no receive.
sender.receive();
// @ts-expect-error The payee's end has no send.
receiver.send({ type: 'Ack' });

// @ts-expect-error A noted request is no confirmed one, and has nothing to reply.
const answer: RequestAnswer = note;
// @ts-expect-error Its outcome is never "confirmed".
const confirmed: boolean = note.outcome === 'confirmed';
// @ts-expect-error Its payer is never verified.
const verified: true = (note as Extract<RequestNote, { outcome: 'noted' }>).payerVerified;
// @ts-expect-error Requests go to a store of their own, which has to be named.
noteRequest(message, { self: receipt.payee, methods: new Set<string>() });

const verify: VerifyPayer = async (claimed) => (claimed.length === 32 ? 'verified' : 'mismatch');
const peer: AnswerOptions['peer'] = verify;
// @ts-expect-error A verdict is a word, so that no truthy value passes for one.
const truthy: VerifyPayer = () => true;
// @ts-expect-error Who the peer is has to be said.
const nobody: AnswerOptions['peer'] = undefined;

export { answer, confirmed, nobody, peer, truthy, verified };
