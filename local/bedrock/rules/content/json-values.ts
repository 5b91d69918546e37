import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelRule, RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import { placedBlocks } from '#local/bedrock/rules/content/places.ts';
import { isRecord } from '#local/wire/shape.ts';

export const jsonObjects: ModelRule = {
  name: 'json-objects',
  summary:
    'The JSON of a tool result, or the input of a tool use, that is not an object: wrap it in one, ' +
    'or send it as text.',
  sources: [
    'https://github.com/aws/aws-sdk-js-v3/issues/7330',
    'https://github.com/sigoden/aichat/pull/1550',
  ],
  checked: '2026-11-30',
  check(request) {
    const other = jsonValues(request).find(({ value }) => !isRecord(value));
    if (other === undefined) return;
    if (request.asked.api === 'converse') {
      throw invalid(
        `The format of the value at ${other.path.join('.')} is invalid. Provide a json object for ` +
          'the field and try again.',
      );
    }
    if (request.model.traits.nativeSchema !== 'nova') return;
    throw invalid(
      `Malformed input request: #/${other.path.join('/')}: expected type: JSONObject, found: ` +
        `${kindOf(other.value)}, please reformat your input and try again.`,
    );
  },
};

interface JsonValue {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

function jsonValues(request: RuledRequest): readonly JsonValue[] {
  return placedBlocks(request).flatMap(({ block, message, position }) => {
    const place = ['messages', message, 'content', position];
    if (block.type === 'tool-use') {
      return [{ path: [...place, 'toolUse', 'input'], value: block.input }];
    }
    if (block.type !== 'tool-result') return [];
    return block.content.flatMap((part, index) =>
      part.type === 'text' && part.json !== undefined
        ? [{ path: [...place, 'toolResult', 'content', index, 'json'], value: part.json }]
        : [],
    );
  });
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'JSONArray';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Number';
  return typeof value === 'string' ? 'String' : 'Boolean';
}
