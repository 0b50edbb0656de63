import { TestnetError } from '../errors.ts';
import type { HomeserverFault } from '../faults/fault-switch.ts';
import type { FaultyHandler } from '../faults/with-faults.ts';
import { type HttpReply, type HttpRequest, Refusal, textReply } from '../http/exchange.ts';
import { admit } from './authorization.ts';
import { eventPage, eventStream } from './event-routes.ts';
import type { Homeserver } from './homeserver.ts';
import { getFile, headFile, listFiles } from './read-files.ts';
import { showSession, signIn, signOut, signUp } from './session-routes.ts';
import { deleteFile, putFile } from './write-files.ts';

type Route = (homeserver: Homeserver, request: HttpRequest, fault: HomeserverFault) => Promise<HttpReply>;

const welcome: Route = async () => textReply(200, 'Pubky Homeserver');

/** What is served under a fixed path, by method. */
const FIXED: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/': { GET: welcome },
  '/signup': { POST: signUp },
  '/session': { POST: signIn, GET: showSession, DELETE: signOut },
  '/events/': { GET: eventPage },
  '/events-stream': { GET: eventStream },
};

const getFileOrDirectory: Route = async (homeserver, request, { wrongEtag = false }) => {
  const admission = admit(homeserver, request);
  if (admission.path.isDirectory) return listFiles(homeserver, request, admission);
  return getFile(homeserver, request, admission, wrongEtag);
};

/** What is served under every other path, by method. */
const FILES: Readonly<Record<string, Route>> = {
  GET: getFileOrDirectory,
  HEAD: async (homeserver, request, { wrongEtag = false }) =>
    headFile(homeserver, admit(homeserver, request), wrongEtag),
  PUT: async (homeserver, request) => putFile(homeserver, request, admit(homeserver, request)),
  DELETE: async (homeserver, request) => deleteFile(homeserver, admit(homeserver, request)),
};

function routeOf({ method, path }: HttpRequest): Route {
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  const routes = fixed ?? FILES;
  const name = fixed !== undefined && method === 'HEAD' ? 'GET' : method;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined) {
    throw new Refusal(405, 'Method Not Allowed', { allow: [...Object.keys(routes), 'OPTIONS'].join(', ') });
  }
  return route;
}

/** The disk is full, the user's part of it is, or a file may not grow any more. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function isOutOfRoom(error: unknown): boolean {
  if (!(error instanceof TestnetError)) return false;
  if (error.code === 'TESTNET_STORAGE_FULL') return true;
  return error.code === 'TESTNET_STORAGE_FAILED' && NO_ROOM.has(error.context.reason);
}

/**
 * A homeserver: accounts, sessions, files, listings and events.
 *
 * @see official-noise §3.4
 */
export function createHomeserver(homeserver: Homeserver): FaultyHandler<HomeserverFault> {
  return async (request, fault = {}) => {
    try {
      return await routeOf(request)(homeserver, request, fault);
    } catch (error) {
      if (isOutOfRoom(error)) throw new Refusal(507, 'Disk space quota exceeded');
      throw error;
    }
  };
}
