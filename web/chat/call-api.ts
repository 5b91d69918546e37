import * as v from 'valibot';
import { fetchOverNetwork } from './network.ts';

/**
 * Calls the chat API and returns its response, whatever the status. The page's own server forwards
 * the call, unless the deployment lets browsers call the REST API directly.
 */
export async function callApi(path: string, init: RequestInit = {}): Promise<Response> {
  const apiUrl = document.documentElement.dataset['apiUrl'];
  if (apiUrl === undefined) return fetchOverNetwork(`/api${path}`, init);
  const response = await callDirectly(`${apiUrl}${path}`, init);
  if (response.status !== 401) return response;
  // The token was refused before its time. The server says whether the person is still signed in.
  held = undefined;
  return callDirectly(`${apiUrl}${path}`, init);
}

async function callDirectly(url: string, init: RequestInit): Promise<Response> {
  const token = await currentToken();
  if (token instanceof Response) return token.clone();
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token.token}`);
  return fetchOverNetwork(url, { ...init, headers });
}

/** What the REST API accepts as the person, until a time of this page's own clock. */
interface Token {
  readonly token: string;
  readonly endsAt: number;
}

/** A token is not used in its last seconds: a request takes a moment to arrive. */
const reserveMs = 10_000;

let held: Promise<Token | Response> | undefined;

/** Returns a valid token, or the response that refuses one. Concurrent calls ask the server once. */
async function currentToken(): Promise<Token | Response> {
  const current = (held ??= requestToken());
  const token = await current.catch((error: unknown) => {
    held = undefined;
    throw error;
  });
  const isRefused = token instanceof Response;
  if (!isRefused && token.endsAt - reserveMs > performance.now()) return token;
  if (held === current) held = isRefused ? undefined : requestToken();
  return held ?? token;
}

const accessJson = v.object({ token: v.string(), valid_ms: v.number() });

async function requestToken(): Promise<Token | Response> {
  const startedAt = performance.now();
  const response = await fetchOverNetwork('/api/access', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  if (!response.ok) return response;
  const { token, valid_ms: validMs } = v.parse(accessJson, await response.json());
  return { token, endsAt: startedAt + validMs };
}
