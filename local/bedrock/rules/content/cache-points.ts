import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { cachePointsOf } from '#local/bedrock/rules/content/cache-places.ts';
import { refusal, type ModelRule } from '#local/bedrock/rules/model-rule.ts';

/** The rules about where cache points can be, how many, and for how long. */

const checked = '2026-11-30';
const documentation = 'https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html';

export const cacheSupport: ModelRule = {
  name: 'cache-support',
  summary: 'A cache point, for a model without prompt caching: leave it out.',
  sources: [
    documentation,
    'https://github.com/anomalyco/opencode/issues/782',
    'https://github.com/BerriAI/litellm/pull/39210',
  ],
  checked,
  check(request) {
    const { asked, model } = request;
    if (asked.api !== 'converse' || model.traits.cache !== undefined) return;
    if (cachePointsOf(request).length === 0) return;
    throw new BedrockError(
      'AccessDeniedException',
      'You invoked an unsupported model or your request did not allow prompt caching. ' +
        'See the documentation for more information.',
    );
  },
};

export const cacheContent: ModelRule = {
  name: 'cache-content',
  summary:
    'A cache point with nothing before it in its message, in the system prompt or among the tools: ' +
    'put it behind the content that it caches.',
  sources: [
    'https://github.com/strands-agents/harness-sdk/pull/3677',
    'https://github.com/vercel/ai/issues/19851',
  ],
  checked,
  check(request) {
    if (request.asked.api !== 'converse') return;
    if (cachePointsOf(request).every(({ isFirst }) => !isFirst)) return;
    throw invalid(
      'There is nothing available to cache. Please remove the invalid cache point and try again.',
    );
  },
};

export const cacheAfterReasoning: ModelRule = {
  name: 'cache-after-reasoning',
  summary: 'A cache point directly behind reasoning: put it before the reasoning, or later.',
  sources: [
    'https://github.com/strands-agents/harness-sdk/pull/1834',
    'https://github.com/0xPlaygrounds/rig/issues/1673',
    'https://github.com/langchain-ai/langchain-aws/pull/1290',
  ],
  checked,
  check(request) {
    const isBehind = cachePointsOf(request).some(({ before }) => before?.type === 'reasoning');
    if (request.asked.api !== 'converse' || !isBehind) return;
    throw invalid(
      'Cache point cannot be inserted after reasoning block. Please remove the invalid cache point ' +
        'and try again.',
    );
  },
};

export const cacheAfterDocument: ModelRule = {
  name: 'cache-after-document',
  summary:
    'A cache point directly behind a document that is not a PDF, in Converse for a Claude model: ' +
    'put it before the document, or behind the text that follows.',
  sources: [
    'https://github.com/strands-agents/harness-sdk/issues/1966',
    'https://github.com/pizza-bot-app/pizza-bot/pull/6',
  ],
  checked,
  check(request) {
    const { asked, model } = request;
    if (asked.api !== 'converse' || model.traits.nativeSchema !== 'anthropic') return;
    const point = cachePointsOf(request).find(
      ({ before }) => before?.type === 'document' && before.format !== 'pdf' && !before.citations,
    );
    if (point === undefined) return;
    throw refusal(request, `${point.ownPath}.type: Field required`);
  },
};

export const cachePlaces: ModelRule = {
  name: 'cache-places',
  summary:
    'A cache point where the family takes none. Nova takes none among tools, nor directly behind ' +
    'the result of a tool: put it into the system prompt, or behind text.',
  sources: [
    documentation,
    'https://github.com/danny-avila/LibreChat/issues/13838',
    'https://github.com/NousResearch/hermes-agent/issues/97281',
    'https://github.com/zeroclaw-labs/zeroclaw/issues/8720',
    'https://github.com/aws-samples/bedrock-engineer/pull/71',
  ],
  checked,
  check(request) {
    const { cache, nativeSchema } = request.model.traits;
    if (cache === undefined || nativeSchema !== 'nova') return;
    const refused = cachePointsOf(request).find(
      ({ before, place }) =>
        !cache.places.includes(place) ||
        (before?.type === 'tool-result' && cache.afterToolResults === false),
    );
    if (refused === undefined) return;
    throw refusal(
      request,
      `Malformed input request: ${refused.pointer}: extraneous key [cachePoint] is not permitted, ` +
        'please reformat your input and try again.',
    );
  },
};

export const cacheLifetime: ModelRule = {
  name: 'cache-lifetime',
  summary: 'A cache point for an hour, for a model that keeps prompts five minutes only.',
  sources: [
    documentation,
    'https://github.com/earendil-works/pi/pull/1570',
    'https://github.com/timothy-agent/timothy/pull/756',
    'https://github.com/BerriAI/litellm/issues/15880',
  ],
  checked,
  check(request) {
    const { cache, nativeSchema } = request.model.traits;
    const point = cachePointsOf(request).find(({ ttl }) => cache?.ttls.includes(ttl) === false);
    if (point === undefined) return;
    if (nativeSchema !== 'anthropic') {
      throw invalid('Extended TTL prompt caching is only supported for Anthropic models');
    }
    throw refusal(
      request,
      `${point.typedPath}.cache_control.ephemeral.ttl: Extra inputs are not permitted`,
    );
  },
};

export const cacheOrder: ModelRule = {
  name: 'cache-order',
  summary:
    'A cache point for an hour behind one for five minutes, in the order of tools, system prompt ' +
    'and messages: put the longer ones first, or give all the same lifetime.',
  sources: [
    'https://github.com/strands-agents/harness-sdk/issues/2121',
    'https://github.com/Portkey-AI/gateway/issues/1762',
  ],
  checked,
  check(request) {
    if (request.model.traits.nativeSchema !== 'anthropic') return;
    const points = cachePointsOf(request);
    const short = points.findIndex(({ ttl }) => ttl === '5m');
    const late = points.find(({ ttl }, index) => ttl === '1h' && short !== -1 && index > short);
    if (late === undefined) return;
    throw refusal(
      request,
      `${late.path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ` +
        "ttl='5m' cache_control block. Note that blocks are processed in the following order: " +
        '`tools`, `system`, `messages`.',
    );
  },
};

export const cacheCount: ModelRule = {
  name: 'cache-count',
  summary: 'More than four cache points: leave the others out. The words of Nova are not known.',
  sources: [
    documentation,
    'https://github.com/BerriAI/litellm/issues/16062',
    'https://github.com/tghamm/Anthropic.SDK/issues/50',
  ],
  checked,
  check(request) {
    const { length } = cachePointsOf(request);
    if (length <= 4) return;
    if (request.model.traits.nativeSchema !== 'anthropic') {
      throw invalid('The number of cachePoint blocks in the request exceeds the limit of 4.');
    }
    throw refusal(
      request,
      `A maximum of 4 blocks with cache_control may be provided. Found ${length}.`,
    );
  },
};
