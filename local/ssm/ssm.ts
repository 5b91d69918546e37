import type { ServiceSettings } from '#local/gateway/service-settings.ts';
import { join } from 'node:path';
import { createJsonEngine, operation, type Operation } from '#local/wire/aws-json.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { list, string, structure } from '#local/wire/shape.ts';
import { documentSchema, openDocuments, readDocuments } from '#local/process/documents.ts';
import { openStore } from '#local/process/store.ts';
import { describeParameters } from '#local/ssm/describe-parameters.ts';
import { getOperations } from '#local/ssm/get-parameters.ts';
import { labelOperations } from '#local/ssm/label-operations.ts';
import { parameterShape, type Parameter } from '#local/ssm/parameter.ts';
import { invalidInput, parameterNotFound } from '#local/ssm/parameter-errors.ts';
import { putParameter, putShape, type Parameters } from '#local/ssm/put-parameter.ts';
import { tagOperations } from '#local/ssm/tag-operations.ts';

/** A local Parameter Store. */
export interface Ssm {
  readonly engine: Engine;
  readonly parameters: Parameters;
  close(): void;
}

const fileIn = (data: string): string => join(data, 'ssm.sqlite');

const kind = 'parameter';

/** Returns the stored parameters without opening their store. */
export function readStoredParameters(data: string): readonly Parameter[] {
  return readDocuments(fileIn(data), kind, parameterShape);
}

/** Creates a local Parameter Store, stored on disk. */
export function createSsm({ data, disk, credentials, region, clock }: ServiceSettings): Ssm {
  const store = openStore(fileIn(data), documentSchema, disk);
  const parameters = openDocuments(store, kind, parameterShape);
  const engine = createJsonEngine({
    credentials,
    target: 'AmazonSSM',
    version: '1.1',
    refuse: invalidInput,
    operations: new Map([
      ...getOperations(parameters, region),
      [
        'PutParameter',
        operation(putShape, (input) => putParameter(parameters, input, Math.floor(clock.now()))),
      ],
      ['DescribeParameters', describeParameters(parameters, region)],
      ...deleteOperations(parameters),
      ...labelOperations(parameters),
      ...tagOperations(parameters),
    ]),
  });
  return { engine, parameters, close: () => store.close() };
}

function deleteOperations(parameters: Parameters): readonly (readonly [string, Operation])[] {
  return [
    [
      'DeleteParameter',
      operation(structure({ Name: string({ min: 1, max: 2048 }) }), ({ Name }) => {
        if (!parameters.delete(Name)) throw parameterNotFound();
      }),
    ],
    [
      'DeleteParameters',
      operation(structure({ Names: list(string(), { min: 1, max: 10 }) }), ({ Names }) => {
        const isDeleted = new Map(Names.map((name) => [name, parameters.delete(name)]));
        return {
          DeletedParameters: Names.filter((name) => isDeleted.get(name) === true),
          InvalidParameters: Names.filter((name) => isDeleted.get(name) === false),
        };
      }),
    ],
  ];
}
