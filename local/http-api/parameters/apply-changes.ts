import type { HttpRequest } from '#local/http-api/event.ts';
import { changeRequest } from '#local/http-api/parameters/change-request.ts';
import { changeResponse } from '#local/http-api/parameters/change-response.ts';
import type { ParameterChanges } from '#local/http-api/parameters/read-changes.ts';
import { requestSources, responseSources } from '#local/http-api/parameters/request-sources.ts';
import type { ResponseHead } from '#local/lambda/invoke/streamed-response.ts';

/** A request with the changes of its integration. */
export interface ChangedRequest {
  readonly request: HttpRequest;
  /** The path, if it is changed. */
  readonly path: string | undefined;
  /** Returns the head of the response with its changes. They cannot read a body that is relayed. */
  changeHead(head: ResponseHead, body?: string): ResponseHead;
}

/** Applies the changes of an integration to a request. */
export function applyChanges(changes: ParameterChanges, request: HttpRequest): ChangedRequest {
  if (changes.request.length === 0 && changes.responses.size === 0)
    return { request, path: undefined, changeHead: (head) => head };
  const sources = requestSources(request);
  const changed = changeRequest(request, changes.request, sources);
  const hasPath = changes.request.some(([change]) => change === 'overwrite:path');
  return {
    request: changed,
    path: hasPath ? changed.request.url?.split('?')[0] : undefined,
    changeHead(head, body = '') {
      const read = (name: string): string | undefined => head.headers[name]?.join(',');
      return changeResponse(changes.responses, head, responseSources(sources, read, body));
    },
  };
}
