import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { integer, list, string, structure } from '#local/wire/shape.ts';
import { latest, type Parameter } from '#local/ssm/parameter.ts';
import { parameterNotFound, versionNotFound } from '#local/ssm/parameter-errors.ts';
import type { Parameters } from '#local/ssm/put-parameter.ts';

const name = string({ min: 1, max: 2048 });

const labels = list(string({ min: 1, max: 100 }), { min: 1, max: 10 });

const maxLabels = 10;

/** Returns the operations on the labels of versions, by name. */
export function labelOperations(parameters: Parameters): readonly (readonly [string, Operation])[] {
  return [
    [
      'LabelParameterVersion',
      operation(
        structure({ Name: name, Labels: labels }, { ParameterVersion: integer() }),
        (input) => {
          const parameter = requireParameter(parameters, input.Name);
          const { ParameterVersion: version = latest(parameter).version } = input;
          requireVersion(parameter, version);
          const valid = input.Labels.filter(isLabel);
          const labelled = withLabels(parameter, version, valid);
          parameters.put(parameter.name, labelled);
          const InvalidLabels = input.Labels.filter((label) => !isLabel(label));
          return { InvalidLabels, ParameterVersion: version };
        },
      ),
    ],
    [
      'UnlabelParameterVersion',
      operation(
        structure({ Name: name, Labels: labels, ParameterVersion: integer() }),
        ({ Name, Labels, ParameterVersion }) => {
          const parameter = requireParameter(parameters, Name);
          const { labels: current } = requireVersion(parameter, ParameterVersion);
          const versions = parameter.versions.map((each) =>
            each.version === ParameterVersion
              ? { ...each, labels: current.filter((label) => !Labels.includes(label)) }
              : each,
          );
          parameters.put(Name, { ...parameter, versions });
          return {
            RemovedLabels: Labels.filter((label) => current.includes(label)),
            InvalidLabels: Labels.filter((label) => !current.includes(label)),
          };
        },
      ),
    ],
  ];
}

function requireParameter(parameters: Parameters, parameterName: string): Parameter {
  const parameter = parameters.get(parameterName);
  if (parameter === undefined) throw parameterNotFound();
  return parameter;
}

function requireVersion(parameter: Parameter, version: number): Parameter['versions'][number] {
  const found = parameter.versions.find((each) => each.version === version);
  if (found === undefined) throw versionNotFound(parameter.name, String(version));
  return found;
}

/** Labels have the characters of names, and do not begin with a digit, `aws` or `ssm`. */
function isLabel(label: string): boolean {
  return /^(?!aws|ssm)[a-z_.-][\w.-]*$/iu.test(label);
}

/** A label belongs to one version of a parameter. Throws if a version has too many. */
function withLabels(parameter: Parameter, version: number, added: readonly string[]): Parameter {
  const versions = parameter.versions.map((each) => {
    const others = each.labels.filter((label) => !added.includes(label));
    return { ...each, labels: each.version === version ? [...others, ...added] : others };
  });
  if (versions.every((each) => each.labels.length <= maxLabels)) return { ...parameter, versions };
  throw new AwsError(
    'ParameterVersionLabelLimitExceeded',
    'An error occurred (ParameterVersionLabelLimitExceeded) when calling the LabelParameterVersion operation: A parameter version can have maximum 10 labels.Move one or more labels to another version and try again.',
  );
}
