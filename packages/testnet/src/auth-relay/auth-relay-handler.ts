import { CHANNEL_MESSAGE_BYTES } from '../constants.ts';
import type { Fault } from '../faults/fault-switch.ts';
import type { FaultyHandler } from '../faults/with-faults.ts';
import { type HttpReply, type HttpRequest, Refusal, readWhole, textReply } from '../http/exchange.ts';
import type { AuthChannels, ChannelEnd } from './auth-channels.ts';

const CHANNEL = /^\/link\/([\w.~-]{1,256})$/;

/** What is answered where no message came through. */
const ANSWERS: Readonly<Record<ChannelEnd, HttpReply>> = {
  done: { status: 200 },
  // A message that took the place of another one has been taken on all the same.
  replaced: { status: 200 },
  expired: textReply(408, 'nobody came in time'),
  left: { status: 200 },
  full: textReply(503, 'as many channels as there may be are in use'),
};

async function receive(channels: AuthChannels, name: string, request: HttpRequest): Promise<HttpReply> {
  const { end, message } = await channels.receive(name, request.signal);
  if (message !== undefined) {
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: message };
  }
  return end === 'replaced' ? textReply(404, 'somebody else asked for this channel') : ANSWERS[end];
}

async function send(channels: AuthChannels, name: string, request: HttpRequest): Promise<HttpReply> {
  const message = await readWhole(request, CHANNEL_MESSAGE_BYTES);
  return ANSWERS[await channels.send(name, message, request.signal)];
}

const METHODS: Readonly<Record<string, typeof send>> = { GET: receive, POST: send };

/** The auth relay: `GET` and `POST` of `/link/{channel}`, each waiting for the other. */
export function createAuthRelay(channels: AuthChannels): FaultyHandler<Fault> {
  return async (request) => {
    const name = CHANNEL.exec(request.path)?.[1];
    if (name === undefined) throw new Refusal(404, 'there is nothing but /link/ and the name of a channel');
    const answer = Object.hasOwn(METHODS, request.method) ? METHODS[request.method] : undefined;
    if (answer === undefined) {
      throw new Refusal(405, 'a channel takes GET and POST', { allow: 'GET, POST, OPTIONS' });
    }
    request.expectSilence();
    return answer(channels, name, request);
  };
}
