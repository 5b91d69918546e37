import { MappingError } from '#local/rest-api/integration/mapping-error.ts';
import type { EndpointResponse } from '#local/rest-api/integration/response-mapping.ts';
import { ownHeaders, type ServiceCall } from '#local/rest-api/integration/service-call.ts';

/** Sends a mapped request to an HTTP endpoint. Redirects are not followed. */
export async function callHttp(
  uri: string,
  { method, headers, query, body, signal }: ServiceCall,
): Promise<EndpointResponse> {
  const url = new URL(uri);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD';
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...ownHeaders(headers) },
      body: hasBody ? Buffer.from(body) : null,
      redirect: 'manual',
      signal,
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { headers: response.headers, bytes, selector: String(response.status) };
  } catch (error) {
    if (signal.aborted) throw error;
    throw new MappingError('networkError', `${url.origin}: ${String(error)}`);
  }
}
