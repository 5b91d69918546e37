import * as v from 'valibot';
import { conversationPageJson } from '#protocol/conversation/conversation-schema.ts';
import { spanEntries, type SpansJson } from '../../behind/timeline/spans-json.ts';
import { problemResponse } from '../problem-response.ts';
import { callRestApi } from '../upstream.ts';
import { answerLocally, callLocalSystem } from './local-system.ts';

/**
 * Returns the spans of the turn that the query names by `conversation` and `turn`, none if its trace
 * has not arrived. A turn that is not in a conversation of the person is a 404, as if it did not
 * exist.
 */
export async function readTraces(request: Request): Promise<Response> {
  return answerLocally(request, async ({ token }) => {
    const { searchParams } = new URL(request.url);
    const conversationId = searchParams.get('conversation') ?? '';
    const turnId = searchParams.get('turn') ?? '';
    if (!(await hasTurn(conversationId, turnId, { token, signal: request.signal }))) {
      return problemResponse('not_found', 'There is no such turn.');
    }
    const found = await callLocalSystem('GET', `/traces?turn=${encodeURIComponent(turnId)}`);
    const { traces } = v.parse(tracesJson, found);
    return Response.json({ spans: traces.flatMap(({ spans }) => spansOf(turnId, spans)) });
  });
}

const tracedSpan = v.object({
  ...spanEntries,
  spanId: v.string(),
  parentSpanId: v.optional(v.string()),
});
const tracesJson = v.object({ traces: v.array(v.object({ spans: v.array(tracedSpan) })) });

/** A caller chooses their trace, so that it may have turns of other people. */
function spansOf(
  turnId: string,
  spans: readonly v.InferOutput<typeof tracedSpan>[],
): SpansJson['spans'] {
  const isTurn = ({ attributes }: SpansJson['spans'][number]): boolean =>
    attributes['streambed.turn_id'] === turnId;
  const ids = new Set(spans.filter(isTurn).map(({ spanId }) => spanId));
  return spans
    .filter(({ spanId, parentSpanId = '' }) => ids.has(spanId) || ids.has(parentSpanId))
    .map(({ spanId: _id, parentSpanId: _parentId, ...span }) => span);
}

interface Asker {
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Asks the API as the person, which shows them their own conversations only. */
async function hasTurn(
  conversationId: string,
  turnId: string,
  { token, signal }: Asker,
): Promise<boolean> {
  if (conversationId === '' || turnId === '') return false;
  const path = `/conversations/${encodeURIComponent(conversationId)}`;
  let query = '';
  for (;;) {
    const response = await callRestApi({ method: 'GET', path: path + query, signal }, token);
    if (response.status >= 500) throw new Error(`The API answered ${response.status}`);
    if (!response.ok) return false;
    const { turns, cursor } = v.parse(conversationPageJson, await response.json());
    if (turns.some(({ turn_id: id }) => id === turnId)) return true;
    if (cursor === undefined) return false;
    query = `?cursor=${encodeURIComponent(cursor)}`;
  }
}
