import * as v from 'valibot';
import { documentFormats } from '#domain/document/document.ts';
import { errorCodes } from '#domain/errors.ts';
import { usageJson } from '#protocol/conversation/usage-json.ts';

/** What the doors answer, as the OpenAPI document tells it and its test holds them to. */

const time = v.pipe(v.string(), v.isoTimestamp());
const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const problem = v.strictObject({
  type: text,
  title: text,
  status: count,
  detail: text,
  code: v.picklist(errorCodes),
  request_id: text,
  error: text,
  turn_id: v.optional(text),
});

/** What API Gateway says by itself, before any door of ours. */
export const gatewayRefusal = v.strictObject({ message: v.nullable(text) });

const passage = v.strictObject({
  text,
  source: text,
  title: v.optional(text),
  score: v.optional(v.number()),
});

const grounds = {
  citations: v.optional(
    v.array(
      v.strictObject({
        start: v.optional(count),
        end: v.optional(count),
        sources: v.array(passage),
      }),
    ),
  ),
  trace: v.optional(v.array(v.looseObject({ type: text }))),
};

const cost = { cost_usd: v.optional(v.number()), cost_estimated: v.optional(v.literal(true)) };

const result = {
  response: text,
  stop_reason: v.nullable(text),
  model: text,
  usage: v.nullable(usageJson),
  ...cost,
  ...grounds,
};

export const turn = v.strictObject({
  conversation_id: v.nullable(text),
  turn_id: text,
  ...result,
  model_reason: v.optional(text),
  replayed: v.optional(v.literal(true)),
  cached: v.optional(v.literal(true)),
});

const failure = v.strictObject({ code: v.picklist(errorCodes), detail: text });

export const stopping = v.strictObject({ turn_id: v.nullable(text), stopping: v.boolean() });

export const accepted = v.strictObject({
  task_id: text,
  status: v.picklist(['queued', 'running', 'succeeded', 'failed']),
});

export const task = v.strictObject({
  ...accepted.entries,
  created_at: time,
  started_at: v.optional(time),
  finished_at: v.optional(time),
  progress: v.optional(v.strictObject({ characters: count })),
  result: v.optional(v.strictObject(result)),
  error: v.optional(failure),
  callback: v.optional(
    v.strictObject({
      url: text,
      status: v.picklist(['waiting', 'pending', 'delivered', 'failed']),
      attempts: count,
      problem: v.optional(text),
    }),
  ),
});

export const secret = v.strictObject({ secret: v.pipe(text, v.startsWith('whsec_')) });

const documentStatus = v.picklist(['awaiting_upload', 'queued', 'running', 'succeeded', 'failed']);

export const documentAccepted = v.strictObject({
  document_id: text,
  status: documentStatus,
  upload: v.optional(
    v.strictObject({
      method: v.literal('PUT'),
      url: text,
      headers: v.record(text, text),
    }),
  ),
});

const work = {
  status: documentStatus,
  step: v.optional(text),
  created_at: time,
  finished_at: v.optional(time),
  error: v.optional(failure),
};

export const document = v.strictObject({
  document_id: text,
  name: v.pipe(text, v.description(`Ends with one of ${documentFormats.join(', ')}.`)),
  ...work,
  result: v.optional(v.strictObject({ summary: text, parts: count })),
});

export const analysisAccepted = v.strictObject({ analysis_id: text, status: documentStatus });

export const analysis = v.strictObject({
  analysis_id: text,
  ...work,
  result: v.optional(
    v.strictObject({
      sentiment: v.picklist(['positive', 'negative', 'neutral', 'mixed']),
      score: v.nullable(v.number()),
      keywords: v.array(text),
    }),
  ),
});

export const passages = v.strictObject({ knowledge_base: text, passages: v.array(passage) });

const day = v.strictObject({ date: text, turns: count, tokens: count, cost_usd: v.number() });

export const spending = v.strictObject({
  today: day,
  limits: v.strictObject({
    requests_per_minute: count,
    tokens_per_day: count,
    usd_per_day: v.number(),
  }),
  earlier: v.array(day),
});

export const completion = v.looseObject({
  id: text,
  object: v.literal('chat.completion'),
  created: count,
  model: text,
  choices: v.array(
    v.looseObject({
      index: count,
      finish_reason: v.picklist(['stop', 'length', 'tool_calls', 'content_filter']),
      message: v.looseObject({
        role: v.literal('assistant'),
        content: v.nullable(text),
        tool_calls: v.optional(
          v.array(
            v.looseObject({
              id: text,
              type: v.literal('function'),
              function: v.looseObject({ name: text, arguments: text }),
            }),
          ),
        ),
      }),
    }),
  ),
  usage: v.looseObject({ prompt_tokens: count, completion_tokens: count, total_tokens: count }),
});

export const model = v.looseObject({ id: text, object: v.literal('model'), owned_by: text });

export const models = v.looseObject({ object: v.literal('list'), data: v.array(model) });

/** OpenAI's own form of an error. */
export const openAiError = v.looseObject({ error: v.looseObject({ message: text, type: text }) });
