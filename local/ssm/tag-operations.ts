import { operation, type Operation } from '#local/wire/aws-json.ts';
import { list, string, structure } from '#local/wire/shape.ts';
import type { Parameter } from '#local/ssm/parameter.ts';
import { invalidResource } from '#local/ssm/parameter-errors.ts';
import type { Parameters } from '#local/ssm/put-parameter.ts';
import { fromTags, tagList, toTags, withoutTags } from '#local/wire/rpc/tags.ts';

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
        change(parameter, { ...parameter.tags, ...toTags(input.Tags) });
      }),
    ],
    [
      'RemoveTagsFromResource',
      operation(structure({ ...resource, TagKeys: list(string()) }), (input) => {
        const parameter = find(input);
        change(parameter, withoutTags(parameter.tags, input.TagKeys));
      }),
    ],
    [
      'ListTagsForResource',
      operation(structure(resource), (input) => ({
        TagList: fromTags(find(input).tags),
      })),
    ],
  ];
}
