import type { Database } from '#local/dynamodb/database.ts';
import type { DynamoResponse } from '#local/dynamodb/operations.ts';
import { invalid, readInput, type Refusal } from '#local/dynamodb/refusal.ts';
import {
  labelAt,
  streamArn,
  templateLabel,
  viewType,
  type Stream,
  type ViewType,
} from '#local/dynamodb/streams/stream.ts';
import { changeStreams, type StreamChange, type Streams } from '#local/dynamodb/streams/streams.ts';
import type { Units } from '#local/dynamodb/units/units.ts';
import { boolean, isRecord, list, string, structure } from '#local/wire/shape.ts';

type Input = Readonly<Record<string, unknown>>;

/** The operations on tables, which create, change and describe their streams too. */
export interface TableStreams {
  create(input: Input): Promise<DynamoResponse>;
  update(input: Input): Promise<DynamoResponse>;
  delete(input: Input): Promise<DynamoResponse>;
  describe(input: Input): Promise<DynamoResponse>;
  /** Gives a table the stream that its template declares, or none. */
  apply(tableName: string, viewType: ViewType | undefined): Promise<void>;
}

interface TableStreamSettings {
  readonly database: Database;
  readonly units: Units;
  readonly streams: Streams;
}

const specificationShape = structure(
  {},
  {
    StreamSpecification: structure({ StreamEnabled: boolean }, { StreamViewType: viewType }),
  },
);

/** Creates the operations on the tables of a database and their streams. */
export function createTableStreams(settings: TableStreamSettings): TableStreams {
  const { database, streams } = settings;
  const answer = async (operation: string, input: Input): Promise<DynamoResponse> =>
    addStream(await database.run(operation, structuredClone(input)), streams);
  return {
    describe: (input) => answer('DescribeTable', input),
    create: (input) => createTable(settings, input),
    update: (input) => updateTable(settings, input),
    async delete(input) {
      const response = await answer('DeleteTable', input);
      if (response.status === 200) await disable(settings, String(input['TableName']));
      return response;
    },
    async apply(tableName, wanted) {
      const current = streams.enabledOf(tableName);
      if (wanted === undefined) {
        // What the API has enabled stays.
        if (current?.label === templateLabel) await disable(settings, tableName);
      } else if (current?.label !== templateLabel || current.viewType !== wanted) {
        await enable(settings, { tableName, viewType: wanted, label: templateLabel });
      }
    },
  };
}

async function createTable(settings: TableStreamSettings, input: Input): Promise<DynamoResponse> {
  const { database, streams } = settings;
  const { StreamSpecification: wanted } = readInput(specificationShape, input);
  const { StreamSpecification: _, ...table } = input;
  if (wanted?.StreamEnabled === true && wanted.StreamViewType === undefined) {
    throw invalidParameter(
      'Table is being created with a stream enabled, UpdateViewType is required',
    );
  }
  if (wanted?.StreamEnabled === false && wanted.StreamViewType !== undefined) {
    throw invalidParameter(
      'Table is being created with a stream disabled, UpdateViewType should not be specified',
    );
  }
  const response = await database.run('CreateTable', structuredClone(table));
  if (response.status !== 200) return response;
  const tableName = String(input['TableName']);
  if (wanted?.StreamViewType === undefined) {
    // A kill may have come between the end of an earlier table and that of its stream.
    await disable(settings, tableName);
  } else {
    const label = labelAt(streams.now());
    await enable(settings, { tableName, viewType: wanted.StreamViewType, label });
  }
  return addStream(response, streams);
}

async function updateTable(settings: TableStreamSettings, input: Input): Promise<DynamoResponse> {
  const { database, streams } = settings;
  const { StreamSpecification: wanted } = readInput(specificationShape, input);
  const { StreamSpecification: _, ...others } = input;
  if (wanted === undefined) {
    return addStream(await database.run('UpdateTable', structuredClone(input)), streams);
  }
  const tableName = String(input['TableName']);
  const { StreamEnabled: isWanted, StreamViewType } = wanted;
  const response = await database.run('DescribeTable', { TableName: input['TableName'] });
  if (response.status !== 200) return response;
  checkUpdate(others, wanted);
  const current = streams.enabledOf(tableName);
  if (isWanted && current !== undefined) {
    throw invalid(`Table already has an enabled stream: TableName: ${tableName}`);
  }
  if (!isWanted && current === undefined) {
    throw invalid(`Table has no stream to disable: TableName: ${tableName}`);
  }
  const changesMore = Object.keys(others).some((name) => name !== 'TableName');
  const updated = changesMore
    ? await database.run('UpdateTable', structuredClone(others))
    : undefined;
  if (updated !== undefined && updated.status !== 200) return updated;
  if (StreamViewType === undefined) await disable(settings, tableName);
  else
    await enable(settings, { tableName, viewType: StreamViewType, label: labelAt(streams.now()) });
  const TableDescription = updated?.body['TableDescription'] ?? response.body['Table'];
  return addStream({ status: 200, body: { TableDescription } }, streams);
}

interface Specification {
  readonly StreamEnabled: boolean;
  readonly StreamViewType?: ViewType | undefined;
}

/** Throws if an update of a stream contradicts itself or changes too much at once. */
function checkUpdate(others: Input, { StreamEnabled, StreamViewType }: Specification): void {
  if (StreamEnabled && StreamViewType === undefined) {
    throw invalidParameter('If stream is being enabled then UpdateViewType is required');
  }
  if (!StreamEnabled && StreamViewType !== undefined) {
    throw invalidParameter(
      'If stream is being disabled, then UpdateViewType must not be specified',
    );
  }
  if (others['ProvisionedThroughput'] !== undefined) {
    throw invalidParameter('You cannot modify stream status while updating table IOPS');
  }
  const updates = others['GlobalSecondaryIndexUpdates'];
  if (Array.isArray(updates) && updates.some(changesIndexes)) {
    throw invalidParameter('You cannot create or delete index while changing stream status');
  }
}

function changesIndexes(update: unknown): boolean {
  return isRecord(update) && ('Create' in update || 'Delete' in update);
}

function invalidParameter(problem: string): Refusal {
  return invalid(`One or more parameter values were invalid: ${problem}`);
}

type NewStream = Pick<Stream, 'tableName' | 'label' | 'viewType'>;

/** Enables a stream in place of any other. A label that was used before continues its stream. */
async function enable(settings: TableStreamSettings, wanted: NewStream): Promise<void> {
  const { database, units, streams } = settings;
  const { tableName, label } = wanted;
  const { body } = await database.run('DescribeTable', { TableName: tableName });
  const { KeySchema: keySchema } = readInput(tableShape, body).Table;
  await changeStreams(units, streams, () => {
    const start = streams.lastSequence();
    const createdAtMs = Math.floor(streams.now());
    const fresh: Stream = { ...wanted, keySchema, createdAtMs, start, trimmed: start };
    const earlier = streams.find(streamArn(fresh, streams.region));
    const { end: _, disabledAtMs: __, ...kept } = earlier ?? fresh;
    const stream: Stream = { ...kept, ...wanted, keySchema };
    return [...disabling(streams, tableName, label), { type: 'store', stream }];
  });
}

const tableShape = structure({
  Table: structure({
    KeySchema: list(structure({ AttributeName: string(), KeyType: string() })),
  }),
});

function disable({ units, streams }: TableStreamSettings, tableName: string): Promise<void> {
  return changeStreams(units, streams, () => disabling(streams, tableName));
}

/** Returns the change that disables the stream of a table, unless it is the one with a label. */
function disabling(
  streams: Streams,
  tableName: string,
  exceptLabel?: string,
): readonly StreamChange[] {
  const stream = streams.enabledOf(tableName);
  if (stream === undefined || stream.label === exceptLabel) return [];
  const disabledAtMs = Math.floor(streams.now());
  return [{ type: 'store', stream: { ...stream, end: streams.lastSequence(), disabledAtMs } }];
}

/** Adds the stream to the description of a table. */
function addStream(response: DynamoResponse, streams: Streams): DynamoResponse {
  const name = response.status === 200 && 'Table' in response.body ? 'Table' : 'TableDescription';
  const table = response.body[name];
  if (!isRecord(table)) return response;
  const tableName = String(table['TableName']);
  const stream = streams.latestOf(tableName);
  if (stream === undefined) return response;
  const isCurrent = streams.enabledOf(tableName) !== undefined;
  const description = {
    ...table,
    ...(isCurrent
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType } }
      : {}),
    LatestStreamLabel: stream.label,
    LatestStreamArn: streamArn(stream, streams.region),
  };
  return { ...response, body: { ...response.body, [name]: description } };
}
