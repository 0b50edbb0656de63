import type { CookieKeeper } from '../sessions/open-session.ts';

interface RequestGlobal {
  readonly Request?: new (
    url: string,
    init: { headers: Record<string, string> },
  ) => { readonly headers: { get(name: string): string | null } };
}

/**
 * Who can keep session cookies here, found out by asking: browsers drop a `Cookie` header from every request that a page
 * makes, Node and React Native do not.
 */
export function detectCookieKeeper(): CookieKeeper {
  const { Request } = globalThis as RequestGlobal;
  if (Request === undefined) return 'header';
  try {
    const probe = new Request('http://localhost/', { headers: { cookie: 'probe=1' } });
    return probe.headers.get('cookie') === 'probe=1' ? 'header' : 'platform';
  } catch {
    return 'platform';
  }
}
