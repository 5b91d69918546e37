import type { Write } from 'dynalite/db/index.js';
import { catchRefusal, type DynamoResponse } from '#local/dynamodb/operations.ts';
import { invalid, readInput, Refusal } from '#local/dynamodb/refusal.ts';
import {
  readActions,
  transactGetShape,
  transactWriteShape,
  type TransactionAction,
} from '#local/dynamodb/transactions/read-actions.ts';
import { consumed, unitsOf } from '#local/dynamodb/transactions/consumed-capacity.ts';
import {
  checkRepetition,
  findRequest,
  readUnits,
  requestWrite,
} from '#local/dynamodb/transactions/request-tokens.ts';
import type { Item, UnitOfWork } from '#local/dynamodb/units/unit-of-work.ts';
import type { Units, UnitOutcome } from '#local/dynamodb/units/units.ts';

/** Runs `TransactWriteItems`: all actions in one batch of LevelDB, or none. */
export function transactWrite(
  units: Units,
  input: unknown,
  nowMs: number,
): Promise<DynamoResponse> {
  return catchRefusal(async () => {
    const request = readInput(transactWriteShape, input);
    const { TransactItems: items, ClientRequestToken: token, ReturnConsumedCapacity } = request;
    return units.run(async (unit, store) => {
      const actions = readActions(store, items);
      const earlier = token === undefined ? undefined : await findRequest(store, token, nowMs);
      if (earlier !== undefined) {
        checkRepetition(earlier, items);
        return done(consumed(ReturnConsumedCapacity, 'read', await readUnits(store, earlier)));
      }
      const responses = await runActions(actions, unit);
      const reads = unit.readKeys();
      const others = token === undefined ? [] : [requestWrite(token, { items, reads, nowMs })];
      return done(consumed(ReturnConsumedCapacity, 'write', unitsOf(responses)), others);
    });
  });
}

/** Runs `TransactGetItems`: no write comes between its reads. */
export function transactGet(units: Units, input: unknown): Promise<DynamoResponse> {
  return catchRefusal(async () => {
    const { TransactItems, ReturnConsumedCapacity } = readInput(transactGetShape, input);
    return units.run(async (unit, store) => {
      const responses = await runActions(readActions(store, TransactItems), unit);
      const Responses = responses.map(({ body: { Item } }) => (Item === undefined ? {} : { Item }));
      return done({ Responses, ...consumed(ReturnConsumedCapacity, 'read', unitsOf(responses)) });
    });
  });
}

function done(body: object, others: readonly Write[] = []): UnitOutcome<DynamoResponse> {
  return { others, commits: true, result: { status: 200, body: { ...body } } };
}

/** Why an action did not take effect. */
interface Reason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly Message?: string;
  readonly Item?: Item;
}

/** Runs actions in turn. Throws the error of the transaction if any of them fails. */
async function runActions(
  actions: readonly TransactionAction[],
  unit: UnitOfWork,
): Promise<readonly DynamoResponse[]> {
  const responses: DynamoResponse[] = [];
  const reasons: Reason[] = [];
  for (const { operation, isCheck, returnsItem } of actions) {
    const run = (): Promise<DynamoResponse> => operation.run(unit.store);
    const response = await (isCheck ? unit.checking(run) : run());
    const item = returnsItem ? unit.lastRead() : undefined;
    responses.push(response);
    reasons.push(reasonOf(response, item));
  }
  if (unit.hasRepeatedItem()) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  if (responses.some(({ status }) => status !== 200)) throw canceled(reasons);
  return responses;
}

/** Returns the reason of one action. Throws the error of a table that does not exist. */
function reasonOf({ status, body }: DynamoResponse, item: Item | undefined): Reason {
  if (status === 200) return { Code: 'None' };
  const [, type = ''] = String(body['__type']).split('#');
  const message = String(body['message'] ?? body['Message']);
  if (type === 'ResourceNotFoundException') throw new Refusal(type, message);
  if (type !== 'ConditionalCheckFailedException')
    return { Code: 'ValidationError', Message: message };
  const failed: Reason = { Code: 'ConditionalCheckFailed', Message: message };
  return item === undefined ? failed : { ...failed, Item: item };
}

function canceled(reasons: readonly Reason[]): Refusal {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new Refusal(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
