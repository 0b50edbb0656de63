import { CUT, type HttpHandler, type HttpReply, type HttpRequest, refusalReply } from './exchange.ts';

/** Which answer headers a preflight asks for, by the request headers it asks with. */
const MIRRORED = {
  'access-control-request-method': 'access-control-allow-methods',
  'access-control-request-headers': 'access-control-allow-headers',
} as const;

const VARY = ['origin', ...Object.keys(MIRRORED)].join(', ');

function originHeaders(request: HttpRequest): Record<string, string> {
  const origin = request.header('origin');
  if (origin === undefined) return {};
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
}

function preflight(request: HttpRequest): HttpReply {
  const mirrored = Object.entries(MIRRORED).flatMap(([asked, allowed]) => {
    const value = request.header(asked);
    return value === undefined ? [] : [[allowed, value] as const];
  });
  return { status: 200, headers: { ...originHeaders(request), ...Object.fromEntries(mirrored), vary: VARY } };
}

/**
 * Lets every web page in, with its cookies, the way the official servers do: whatever is asked for is mirrored. Nothing
 * is exposed beyond what browsers show anyway, so a page sees neither `etag` here nor there.
 */
export function withCors(handler: HttpHandler): HttpHandler {
  return async (request) => {
    if (request.method === 'OPTIONS') return preflight(request);
    // Here and not later: a page must be able to see a refusal as well.
    const reply = await handler(request).catch(refusalReply);
    if (reply === CUT) return CUT;
    const vary = [reply.headers?.['vary'], VARY].filter((value) => value !== undefined).join(', ');
    return { ...reply, headers: { ...reply.headers, ...originHeaders(request), vary } };
  };
}
