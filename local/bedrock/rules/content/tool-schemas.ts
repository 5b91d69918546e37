import { refusal, type ModelRule, type RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import { placeOfTool } from '#local/bedrock/rules/content/places.ts';
import {
  circularReference,
  complexityOf,
  unsupportedPart,
} from '#local/bedrock/rules/content/strict-schema.ts';
import type { JsonSchema } from '#local/bedrock/model/json-schema.ts';
import type { Tool } from '#local/bedrock/turn/turn.ts';

/** The rules about the schemas of tools and of structured output. */

const checked = '2026-11-30';

export const schemaType: ModelRule = {
  name: 'tool-schema-type',
  summary: 'The schema of a tool whose type is not `object`: wrap it in an object.',
  sources: [
    'https://github.com/code-yeongyu/senpi/issues/1947',
    'https://platform.claude.com/docs/en/api/messages',
  ],
  checked,
  check(request) {
    if (request.model.traits.nativeSchema !== 'anthropic') return;
    const tool = request.tools.find(({ inputSchema }) => inputSchema['type'] !== 'object');
    if (tool === undefined) return;
    const isMissing = tool.inputSchema['type'] === undefined;
    const problem = isMissing ? 'Field required' : "Input should be 'object'";
    throw refusal(request, `${pathOf(request, tool)}.input_schema.type: ${problem}`);
  },
};

export const schemaUnions: ModelRule = {
  name: 'tool-schema-unions',
  summary:
    'The schema of a tool with `oneOf`, `allOf` or `anyOf` at its top, for a Claude model: move the ' +
    'choice into a property.',
  sources: [
    'https://github.com/trycua/cua/issues/3303',
    'https://github.com/jwadow/kiro-gateway/pull/232',
    'https://github.com/code-yeongyu/senpi/issues/1947',
  ],
  checked,
  check(request) {
    if (request.model.traits.nativeSchema !== 'anthropic') return;
    const tool = request.tools.find(({ inputSchema }) =>
      ['oneOf', 'allOf', 'anyOf'].some((keyword) => inputSchema[keyword] !== undefined),
    );
    if (tool === undefined) return;
    throw refusal(
      request,
      `${pathOf(request, tool)}.input_schema: input_schema does not support oneOf, allOf, or anyOf ` +
        'at the top level',
    );
  },
};

export const strictSupport: ModelRule = {
  name: 'strict-tools-support',
  summary:
    'A tool with `strict`, even `false`, for a model that does not take it: leave `strict` out. In ' +
    'OpenAI’s API, `false` is the default and accepted.',
  sources: [
    'https://github.com/BerriAI/litellm/issues/31582',
    'https://github.com/BerriAI/litellm/issues/33193',
    'https://github.com/BerriAI/litellm/pull/35688',
    'https://github.com/vercel/ai/issues/18199',
    'https://github.com/lobehub/lobehub/issues/19876',
  ],
  checked,
  check(request) {
    const { nativeSchema, strictTools } = request.model.traits;
    const isOpenAi = request.asked.api === 'openai';
    const tool = request.tools.find(({ isStrict }) =>
      isOpenAi ? isStrict === true : isStrict !== undefined,
    );
    if (strictTools || tool === undefined) return;
    const place = placeOfTool(request, tool);
    if (nativeSchema === 'anthropic') {
      throw refusal(request, `tools.${place}.custom.strict: Extra inputs are not permitted`);
    }
    if (nativeSchema !== 'nova') return;
    throw refusal(
      request,
      `Malformed input request: #/toolConfig/tools/${place}/toolSpec: extraneous key [strict] is ` +
        'not permitted, please reformat your input and try again.',
    );
  },
};

const limits = 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs';

export const strictCount: ModelRule = {
  name: 'strict-tools-count',
  summary: 'More than 20 tools with `strict: true`: make the rest ordinary tools.',
  sources: [
    limits,
    'https://github.com/pydantic/pydantic-ai/issues/5579',
    'https://github.com/usestrix/strix/pull/1050',
  ],
  checked,
  check(request) {
    const { length } = strictToolsOf(request);
    if (length <= 20) return;
    throw refusal(
      request,
      `Too many strict tools (${length}). The maximum number of strict tools supported is 20. Try ` +
        'reducing the number of tools marked as strict.',
    );
  },
};

export const strictKeywords: ModelRule = {
  name: 'strict-schema-keywords',
  summary:
    'The schema of a strict tool, or of structured output, with what the compiler of Claude does not ' +
    'take at any depth: `oneOf`, open objects, limits of numbers, strings and arrays, recursion. ' +
    'Leave it out, and check the value yourself.',
  sources: [
    limits,
    'https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html',
    'https://github.com/BerriAI/litellm/pull/39115',
    'https://github.com/vercel/ai/issues/20681',
    'https://github.com/BerriAI/litellm/pull/29624',
    'https://github.com/strands-agents/harness-sdk/issues/2664',
  ],
  checked,
  check(request) {
    for (const { path, schema } of strictSchemas(request)) {
      const problem = unsupportedPart(schema) ?? circularReference(schema);
      if (problem !== undefined) throw refusal(request, `${path}: ${problem}`);
    }
  },
};

export const strictComplexity: ModelRule = {
  name: 'strict-schema-complexity',
  summary:
    'More than 24 optional parameters, or 16 with unions, in all strict tools and the structured ' +
    'output together: make parameters required, or make tools ordinary ones.',
  sources: [
    limits,
    'https://github.com/elie222/inbox-zero/pull/2662',
    'https://github.com/vercel/ai/pull/17268',
    'https://github.com/strands-agents/harness-sdk/issues/2664',
  ],
  checked,
  check(request) {
    const all = strictSchemas(request).map(({ schema }) => complexityOf(schema));
    const optional = all.reduce((sum, each) => sum + each.optional, 0);
    const unions = all.reduce((sum, each) => sum + each.unions, 0);
    if (optional > 24) {
      throw refusal(
        request,
        `Schemas contains too many optional parameters (${optional}), which would make grammar ` +
          'compilation inefficient. Reduce the number of optional parameters in your tool schemas ' +
          '(limit: 24).',
      );
    }
    if (unions <= 16) return;
    throw refusal(
      request,
      `Schemas contains too many parameters with union types (${unions} parameters with type arrays ` +
        'or anyOf). This causes exponential compilation cost. Reduce the number of nullable or ' +
        'union-typed parameters (limit: 16 parameters with unions).',
    );
  },
};

function pathOf(request: RuledRequest, tool: Tool): string {
  return `tools.${placeOfTool(request, tool)}.custom`;
}

function strictToolsOf({ model, tools }: RuledRequest): readonly Tool[] {
  if (model.traits.nativeSchema !== 'anthropic' || !model.traits.strictTools) return [];
  return tools.filter(({ isStrict }) => isStrict === true);
}

interface StrictSchema {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** Returns the schemas that the compiler of a Claude model gets. */
function strictSchemas(request: RuledRequest): readonly StrictSchema[] {
  const ofTools = strictToolsOf(request).map((tool): StrictSchema => {
    return { path: pathOf(request, tool), schema: tool.inputSchema };
  });
  const { model, schema } = request;
  if (schema === undefined || model.traits.nativeSchema !== 'anthropic') return ofTools;
  return [...ofTools, { path: 'output_config.format.schema', schema }];
}
