import { describe, expect, it } from 'vitest';
import { withCors } from '../../src/http/cors.ts';
import { type HttpHandler, type HttpRequest, Refusal, textReply } from '../../src/http/exchange.ts';

const PAGE = 'http://localhost:3000';

function request(method: string, headers: Readonly<Record<string, string>>): HttpRequest {
  return { method, header: (name: string) => headers[name] } as HttpRequest;
}

async function headersOf(handler: HttpHandler, asked: HttpRequest) {
  const reply = await withCors(handler)(asked);
  return typeof reply === 'symbol' ? undefined : { status: reply.status, ...reply.headers };
}

describe('withCors', () => {
  it('lets the page that asks see an answer, with its cookies [Q4]', async () => {
    const answer = await headersOf(async () => textReply(200, 'yes'), request('GET', { origin: PAGE }));
    expect(answer).toMatchObject({
      status: 200,
      'access-control-allow-origin': PAGE,
      'access-control-allow-credentials': 'true',
    });
  });

  it('lets it see a refusal, too: without, a page cannot tell "there is none" from "offline" [Q4] [F3]', async () => {
    const refusing: HttpHandler = async () => {
      throw new Refusal(404, 'Not Found');
    };
    const answer = await headersOf(refusing, request('HEAD', { origin: PAGE }));
    expect(answer).toMatchObject({ status: 404, 'access-control-allow-origin': PAGE });
  });

  it('leaves mistakes of ours to the server', async () => {
    const broken: HttpHandler = async () => {
      throw new TypeError('a mistake');
    };
    await expect(withCors(broken)(request('GET', { origin: PAGE }))).rejects.toThrow(TypeError);
  });

  it('mirrors what a preflight asks for', async () => {
    const asked = {
      origin: PAGE,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'pubky-host',
    };
    const answer = await headersOf(async () => textReply(500, 'not to be asked'), request('OPTIONS', asked));
    expect(answer).toMatchObject({
      status: 200,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'pubky-host',
    });
  });

  it('says nothing about origins to what is no page', async () => {
    const answer = await headersOf(async () => textReply(200, 'yes'), request('GET', {}));
    expect(answer).not.toHaveProperty('access-control-allow-origin');
  });
});
