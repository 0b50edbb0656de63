import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type { Fetch, FetchRequest, FetchResponse, PlatformSignal } from '@pubky-paykit/primitives';
import type { LoadedPubky, PubkyModule } from '../pubky-module.ts';
import { createSignInAnswers } from './sign-in-answers.ts';

const PACKAGE = '@synonymdev/pubky';
/** What Node hands to a CommonJS module, and the two names through which the SDK gets at `fetch`. */
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname', 'globalThis', 'fetch'];
/** The cookie jar that the SDK wraps `fetch` in is not wanted: each session keeps its own cookie. */
const WITHOUT_JAR = { default: (fetch: unknown) => fetch };

/** What the SDK makes of a request. */
interface SdkRequest {
  readonly method: string;
  readonly url: string;
  readonly signal: PlatformSignal;
}

/** A `fetch` takes a request object just as well as an address. */
type FetchOfRequest = (request: SdkRequest, init: FetchRequest) => Promise<FetchResponse>;

/**
 * A response that says where it is from. The SDK panics over one that does not, in a callback where nobody can catch it, which
 * would end the process; those of a `fetch` that makes its own responses do not.
 */
function located(response: FetchResponse, url: string): FetchResponse {
  const given = 'url' in response && response.url !== '';
  return given ? response : Object.defineProperty(response, 'url', { value: url });
}

/** The globals as they are, but with a `fetch` of its own that stays where it is. */
function scopeAround(fetch: unknown): unknown {
  return new Proxy(globalThis, {
    get: (target, key) => (key === 'fetch' ? fetch : Reflect.get(target, key, target)),
    set: (target, key, value) => key === 'fetch' || Reflect.set(target, key, value, target),
  });
}

async function runScoped(fetch: unknown): Promise<PubkyModule> {
  const file = await realpath(createRequire(import.meta.url).resolve(PACKAGE));
  const source = await readFile(file, 'utf8');
  const require = createRequire(file);
  const scopedRequire = (name: string): unknown => (name === 'fetch-cookie' ? WITHOUT_JAR : require(name));
  const module = { exports: {} };
  const run = compileFunction(source, PARAMETERS, { filename: file });
  run.call(
    module.exports,
    module.exports,
    scopedRequire,
    module,
    file,
    dirname(file),
    scopeAround(fetch),
    fetch,
  );
  return module.exports as PubkyModule;
}

/**
 * Loads a copy of the SDK that only this adapter has. On import the SDK replaces the `fetch` of the whole process by one with a
 * cookie jar, and later calls whatever `fetch` is global then. Here its code runs as a function in which `fetch` and
 * `globalThis` are parameters, just as `require` and `module` are for every CommonJS module: the `fetch` of the process is not
 * touched for a moment, nor are its cookies mixed with anybody's.
 */
export async function loadScopedPubky(fetch: Fetch): Promise<LoadedPubky> {
  const answers = createSignInAnswers();
  const send = fetch as unknown as FetchOfRequest;
  const scoped = async (request: SdkRequest): Promise<FetchResponse> => {
    const response = await answers.watch(request, await send(request, { redirect: 'manual' }));
    return located(response, request.url);
  };
  return { module: await runScoped(scoped), answers };
}
