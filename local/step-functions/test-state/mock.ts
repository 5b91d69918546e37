import { AwsError } from '#local/wire/aws-error.ts';
import {
  StatesError,
  type State,
  type StateOf,
} from '#local/step-functions/definition/definition.ts';
import { readMaxItems } from '#local/step-functions/distributed/read-source.ts';
import { readRows } from '#local/step-functions/distributed/read-rows.ts';
import { readChildInputs } from '#local/step-functions/distributed/child-inputs.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { readItemInput, readItems } from '#local/step-functions/fan-out/map-items.ts';
import {
  findMismatch,
  type FieldValidationMode,
} from '#local/step-functions/test-state/check-response.ts';
import type { Inspection } from '#local/step-functions/test-state/inspection.ts';
import { effectiveInput, type Frame } from '#local/step-functions/interpreter/frame.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';
import type { StateMock } from '#local/step-functions/interpreter/run.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

/** What a request gives in place of the work of a state. */
export interface MockRequest {
  readonly result?: string | undefined;
  readonly errorOutput?:
    | { readonly error?: string | undefined; readonly cause?: string | undefined }
    | undefined;
  readonly fieldValidationMode?: FieldValidationMode | undefined;
}

/** How the work of a mocked state went. */
export interface MockConfiguration {
  readonly mapIterationFailureCount?: number | undefined;
  readonly mapItemReaderData?: string | undefined;
}

const mockable: ReadonlySet<string> = new Set(['Task', 'Map', 'Parallel']);

/** Throws AWS's error for a mock that does not fit its state. */
export function checkMock(state: State, mock: MockRequest): void {
  const { result, errorOutput, fieldValidationMode = 'STRICT' } = mock;
  if (!mockable.has(state.type))
    throw invalid(`State type '${state.type}' is not supported when a mock is specified`);
  if ((result === undefined) === (errorOutput === undefined)) {
    throw invalid(
      'A test mock should have only one of the following fields: [result, errorOutput].',
    );
  }
  if (result === undefined) return;
  const value = parseResult(result);
  if (state.type === 'Task') {
    const mismatch = findMismatch(state, value, fieldValidationMode);
    if (mismatch !== undefined) throw invalid(`Mock result schema validation error: ${mismatch}`);
    return;
  }
  const isWritten = state.type === 'Map' && state.distributed?.writer !== undefined;
  if (isWritten) {
    if (!isRecord(value)) throw invalid('Mocked result must be a JSON object.');
  } else if (!Array.isArray(value)) {
    throw invalid('Mocked result must be an array.');
  } else if (state.type === 'Parallel' && value.length !== state.branches.length) {
    throw invalid(
      'Mocked result must contain the same number of items as number of Parallel branches.',
    );
  }
}

function parseResult(text: string): unknown {
  try {
    return parseStateJson(text);
  } catch {
    throw invalid('Mocked result must be valid JSON.');
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Returns what stands for the work of a state, and records what the state would have done. */
export function createMock(
  { result, errorOutput }: MockRequest,
  configuration: MockConfiguration,
  inspection: Inspection,
): StateMock {
  const answer = (): unknown => {
    if (result !== undefined) return parseStateJson(result);
    throw new StatesError(errorOutput?.error, errorOutput?.cause);
  };
  return {
    task: answer,
    async fanOut(state, frame) {
      if (state.type === 'Parallel') inspection.parameters(await effectiveInput(frame));
      else await inspectMap(state, frame, { configuration, inspection });
      const value = answer();
      if (state.type === 'Parallel') inspection.result(value);
      return value;
    },
  };
}

interface MapInspection {
  readonly configuration: MockConfiguration;
  readonly inspection: Inspection;
}

/** Evaluates what a Map state would run. Throws if more items failed than it tolerates. */
async function inspectMap(
  state: StateOf<'Map'>,
  frame: Frame,
  { configuration, inspection }: MapInspection,
): Promise<void> {
  const { distributed } = state;
  const items = await mockedItems(state, frame, { configuration, inspection });
  const concurrency = { name: 'MaxConcurrency', min: 0 };
  inspection.add({
    maxConcurrency: await readNumber(concurrency, state.maxConcurrency, frame),
  });
  if (state.itemSelector !== undefined) {
    const inputs = await Promise.all(
      items.map(async (Value, Index) => {
        const Map = { Item: { Index, Value } };
        return readItemInput(state, { ...frame, context: { ...frame.context, Map } }, Value);
      }),
    );
    inspection.addJson({ afterItemSelector: inputs });
  }
  if (distributed === undefined) return;
  const { batch, toleratedCount, toleratedPercentage } = distributed;
  if (batch !== undefined) {
    const batches = await readChildInputs({ state, batch }, { values: items, source: '' }, frame);
    inspection.addJson({ afterItemBatcher: batches.map(({ input }) => input) });
  }
  const read = async (name: string, value: unknown, isFraction = false) =>
    value === undefined ? undefined : readNumber({ name, min: 0, isFraction }, value, frame);
  const toleratedFailureCount = await read('ToleratedFailureCount', toleratedCount);
  const toleratedFailurePercentage = await read(
    'ToleratedFailurePercentage',
    toleratedPercentage,
    true,
  );
  inspection.add({ toleratedFailureCount, toleratedFailurePercentage });
  const { mapIterationFailureCount: failed = 0 } = configuration;
  if (failed > items.length) {
    throw invalid(
      'Map iteration failure count must be less than or equal to the number of Map iterations.',
    );
  }
  const isTolerated =
    failed <= (toleratedFailureCount ?? Infinity) &&
    (failed / Math.max(items.length, 1)) * 100 <= (toleratedFailurePercentage ?? Infinity);
  const hasLimit = toleratedFailureCount !== undefined || toleratedFailurePercentage !== undefined;
  if (hasLimit ? isTolerated : failed === 0) return;
  const cause = 'The specified tolerated failure threshold was exceeded';
  throw new StatesError('States.ExceedToleratedFailureThreshold', cause);
}

/** A reader's data is in the request, as it would be in the bucket. */
async function mockedItems(
  state: StateOf<'Map'>,
  frame: Frame,
  { configuration, inspection }: MapInspection,
): Promise<readonly unknown[]> {
  const reader = state.distributed?.reader;
  if (reader === undefined) {
    const items = await readItems(state, frame);
    if (state.language === 'JSONPath') inspection.addJson({ afterItemsPath: items });
    return items;
  }
  const { mapItemReaderData: data } = configuration;
  if (data === undefined) return [];
  const config = record(reader['ReaderConfig']);
  const rows = readRows(data, { InputType: 'JSON', ...config });
  if (config['ItemsPointer'] !== undefined) inspection.addJson({ afterItemsPointer: rows });
  const max = await readMaxItems(reader, frame);
  return max > 0 ? rows.slice(0, max) : rows;
}
