import { describeFields } from '#local/bedrock/api/anthropic/invalid-fields.ts';
import { messagesFieldsShape } from '#local/bedrock/api/anthropic/messages-shape.ts';
import { malformed } from '#local/bedrock/api/invoke/format.ts';
import { novaFieldsShape } from '#local/bedrock/api/invoke/nova-shape.ts';
import { refusal, type ModelRule, type RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import { readShape } from '#local/wire/shape.ts';

/**
 * The members of a model's own format, which Converse takes in `additionalModelRequestFields`.
 * InvokeModel reads its bodies by the same shapes, and refuses them in the same words.
 */
export const nativeMembers: ModelRule = {
  name: 'native-members',
  summary:
    'Members that the model’s own format does not have, in InvokeModel’s body at any depth and in ' +
    'Converse’s `additionalModelRequestFields`: leave them out, or name the beta that they need.',
  sources: [
    'https://github.com/BerriAI/litellm/issues/13825',
    'https://github.com/BerriAI/litellm/issues/26320',
    'https://github.com/anthropics/claude-code/issues/49548',
    'https://github.com/UKGovernmentBEIS/inspect_ai/issues/3939',
    'https://github.com/crmne/ruby_llm/issues/586',
    'https://github.com/BerriAI/litellm/issues/13959',
    'https://github.com/vercel/ai/issues/19403',
  ],
  checked: '2026-11-30',
  check(request) {
    const { api, fields } = request.asked;
    const { nativeSchema } = request.model.traits;
    if (nativeSchema === 'openai-chat' && (api === 'converse' || api === 'native')) {
      return checkChatMembers(request);
    }
    if (api !== 'converse') return;
    if (nativeSchema === 'anthropic') {
      readShape(messagesFieldsShape, fields, (problems) =>
        refusal(request, describeFields(problems)),
      );
    }
    if (nativeSchema === 'nova') {
      readShape(novaFieldsShape, fields, (problems) => refusal(request, malformed(problems)));
    }
    if (nativeSchema === 'openai-responses') checkResponsesMembers(request);
  },
};

/** The members of OpenAI's chat completions, as gpt-oss lists them in its refusal. */
const chatMembers = (
  'messages, model, store, reasoning_effort, metadata, frequency_penalty, logit_bias, logprobs, ' +
  'top_logprobs, max_tokens, max_completion_tokens, n, modalities, prediction, audio, ' +
  'presence_penalty, response_format, seed, service_tier, stop, stream, stream_options, ' +
  'temperature, top_p, tools, tool_choice, parallel_tool_calls, user, function_call, functions'
).split(', ');

function checkChatMembers(request: RuledRequest): void {
  const { fields } = request.asked;
  const extra = Object.keys(fields).find(
    // The list does not have `reasoning`, but it is accepted (kortix-ai/suna#6893).
    (name) => name !== 'reasoning' && !chatMembers.includes(name),
  );
  if (extra === undefined) return;
  const column = JSON.stringify(fields).indexOf(JSON.stringify(extra)) + extra.length + 2;
  throw refusal(
    request,
    `Failed to deserialize the JSON body into the target type: ${extra}: unknown field ${extra}, ` +
      `expected one of ${chatMembers.join(', ')} at line 1 column ${column}`,
  );
}

/** The members of OpenAI's Responses that Converse has no own ones for. */
const responsesMembers: ReadonlySet<string> = new Set(
  (
    'reasoning, text, include, truncation, store, metadata, parallel_tool_calls, max_tool_calls, ' +
    'prompt_cache_key, prompt_cache_retention, safety_identifier, service_tier, top_logprobs, ' +
    'background, user'
  ).split(', '),
);

function checkResponsesMembers(request: RuledRequest): void {
  const param = Object.keys(request.asked.fields).find((name) => !responsesMembers.has(name));
  if (param === undefined) return;
  const message = `Unknown parameter: '${param}'.`;
  const error = { code: 'unknown_parameter', message, param, type: 'invalid_request_error' };
  throw refusal(request, JSON.stringify({ error }));
}
