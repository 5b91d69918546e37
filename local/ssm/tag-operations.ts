import { operation, type Operation } from '#local/wire/aws-json.ts';
import { list, string, structure } from '#local/wire/shape.ts';
import type { Parameter } from '#local/ssm/parameter.ts';
import { invalidResource } from '#local/ssm/parameter-errors.ts';
import { tagList, type Parameters } from '#local/ssm/put-parameter.ts';

const resource = { ResourceType: string(), ResourceId: string() };

interface ResourceId {
  readonly ResourceType: string;
  readonly ResourceId: string;
}

/** Returns the operations on the tags of parameters, by name. */
export function tagOperations(parameters: Parameters): readonly (readonly [string, Operation])[] {
  const find = ({ ResourceType, ResourceId }: ResourceId): Parameter => {
    const parameter = ResourceType === 'Parameter' ? parameters.get(ResourceId) : undefined;
    if (parameter === undefined) throw invalidResource();
    return parameter;
  };
  const change = (parameter: Parameter, tags: Parameter['tags']): void =>
    parameters.put(parameter.name, { ...parameter, tags });
  return [
    [
      'AddTagsToResource',
      operation(structure({ ...resource, Tags: tagList }), (input) => {
        const parameter = find(input);
        const added = Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key, Value]));
        change(parameter, { ...parameter.tags, ...added });
      }),
    ],
    [
      'RemoveTagsFromResource',
      operation(structure({ ...resource, TagKeys: list(string()) }), (input) => {
        const parameter = find(input);
        const entries = Object.entries(parameter.tags);
        const others = entries.filter(([key]) => !input.TagKeys.includes(key));
        change(parameter, Object.fromEntries(others));
      }),
    ],
    [
      'ListTagsForResource',
      operation(structure(resource), (input) => ({
        TagList: Object.entries(find(input).tags).map(([Key, Value]) => ({ Key, Value })),
      })),
    ],
  ];
}
