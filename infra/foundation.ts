import type { Stack } from 'aws-cdk-lib';
import { AnswersBucket } from '#infra/storage/answers-bucket.ts';
import { ConversationsTable } from '#infra/storage/conversations-table.ts';
import { helpersAccess, namesOf } from '#infra/knowledge.ts';
import { modelAccess } from '#infra/functions/model-access.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';

type Variables = Readonly<Record<string, string>>;

/** What every part of the system stands on. */
export interface Foundation {
  readonly stack: Stack;
  readonly props: StreambedProps;
  readonly table: ConversationsTable;
  readonly answers: AnswersBucket;
  /** Tells a function where turns are kept; */
  readonly keeping: Variables;
  /** what owners may spend, besides; */
  readonly spending: Variables;
  /** which documents and agents there are; */
  readonly helpers: Variables;
  /** and what chats may do, with all of that. */
  readonly talking: Variables;
}

/** The table, the bucket, and how functions are told of them. */
export function layFoundation(stack: Stack, props: StreambedProps): Foundation {
  const table = new ConversationsTable(stack, 'Conversations');
  const answers = new AnswersBucket(stack, 'Answers');
  const keeping = { CONVERSATIONS_TABLE: table.tableName, ANSWERS_BUCKET: answers.bucketName };
  const spending = { ...keeping, ...limitsOf(props) };
  const helpers = namesOf(stack, props);
  const talking = { ...spending, ...helpers, ...policyOf(props) };
  return { stack, props, table, answers, keeping, spending, helpers, talking };
}

/** Lets a function run turns: keep them, and stream from the models of chats. */
export function grantTalking(
  { stack, props, table, answers }: Foundation,
  { role }: StreambedFunction,
): void {
  table.grantTurns(role);
  answers.grantAnswers(role);
  const statements = [...modelAccess(stack, props.models), ...helpersAccess(stack, props)];
  statements.forEach((statement) => role.addToPolicy(statement));
}

/** What owners may spend, as functions are told. */
export function limitsOf({ limits }: StreambedProps): Variables {
  return {
    REQUESTS_PER_MINUTE: String(limits.requestsPerMinute),
    TOKENS_PER_DAY: String(limits.tokensPerDay),
    USD_PER_DAY: String(limits.usdPerDay),
  };
}

function policyOf(props: StreambedProps): Variables {
  return {
    MODELS: props.models.join(','),
    MODEL_FALLBACKS: props.fallbacks,
    MAX_OUTPUT_TOKENS: String(props.maxOutputTokens),
    MAX_HISTORY_TOKENS: String(props.maxHistoryTokens),
    ALLOW_ANONYMOUS: String(props.publicChat),
  };
}
