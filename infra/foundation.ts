import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { acknowledge } from '#infra/acknowledge.ts';
import { AnswersBucket } from '#infra/storage/answers-bucket.ts';
import { ConversationsTable } from '#infra/storage/conversations-table.ts';
import { grantTurns } from '#infra/functions/turn-access.ts';
import { extensionAccess, extensionReasons, toExtensionsEnv } from '#infra/knowledge.ts';
import { titleSources, toCallVariables } from '#infra/model-settings.ts';
import { guardrailAccess, modelAccess } from '#infra/functions/model-access.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';
import { toTracingEnv } from '#infra/tracing.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** Environment variables of a function. */
type Variables = Readonly<Record<string, string>>;

/** The resources and settings that all parts of the stack share. */
export interface Foundation {
  readonly stack: Stack;
  readonly props: StreambedProps;
  /** The origins of pages; the first is the chat page's. */
  readonly origins: readonly string[];
  readonly table: ConversationsTable;
  readonly answers: AnswersBucket;
  /** Where turns are stored. */
  readonly storageEnv: Variables;
  /** The storage and the spending limits of owners. */
  readonly limitsEnv: Variables;
  /** The knowledge bases, agents and MCP servers. */
  readonly extensionsEnv: Variables;
  /** What chat requests may name, and how they are answered. */
  readonly policyEnv: Variables;
  /** Where the traces of turns are exported. */
  readonly tracingEnv: Variables;
  /** Everything that a function needs to run turns. */
  readonly chatEnv: Variables;
}

/**
 * Creates the shared table and bucket, and the environment variables that refer to them. `origins`
 * are those of pages; the first is the chat page's.
 */
export function createFoundation(
  stack: Stack,
  props: StreambedProps,
  origins: readonly string[],
): Foundation {
  const table = new ConversationsTable(stack, 'Conversations');
  const answers = new AnswersBucket(stack, 'Answers', origins);
  const storageEnv = { CONVERSATIONS_TABLE: table.tableName, ANSWERS_BUCKET: answers.bucketName };
  const limitsEnv = { ...storageEnv, ...toLimitsEnv(props) };
  const extensionsEnv = toExtensionsEnv(stack, props);
  const tracingEnv = toTracingEnv(stack, props.tracing);
  const policyEnv = { ...extensionsEnv, ...toPolicyEnv(stack, props) };
  const chatEnv = { ...limitsEnv, ...policyEnv, ...tracingEnv };
  const variables = { storageEnv, limitsEnv, extensionsEnv, policyEnv, tracingEnv, chatEnv };
  return { stack, props, origins, table, answers, ...variables };
}

/** Allows a function to run turns: to store them, and to call the chat models and extensions. */
export function grantChat(foundation: Foundation, chat: StreambedFunction): void {
  const { stack, props } = foundation;
  grantTurns(foundation, chat);
  const statements = [
    ...modelAccess(stack, props.models),
    ...guardrailAccess(stack, props),
    ...extensionAccess(stack, props),
  ];
  statements.forEach((statement) => chat.role.addToPolicy(statement));
  acknowledge(chat.role, extensionReasons(props));
}

function toLimitsEnv({ limits }: StreambedProps): Variables {
  return {
    REQUESTS_PER_MINUTE: String(limits.requestsPerMinute),
    TOKENS_PER_DAY: String(limits.tokensPerDay),
    USD_PER_DAY: String(limits.usdPerDay),
  };
}

function toPolicyEnv(stack: Stack, props: StreambedProps): Variables {
  return {
    MODELS: props.models.join(','),
    MODEL_FALLBACKS: props.fallbacks,
    MAX_OUTPUT_TOKENS: String(props.maxOutputTokens),
    MAX_HISTORY_TOKENS: String(props.maxHistoryTokens),
    ALLOW_ANONYMOUS: String(props.publicChat),
    BEDROCK_CLIENT: props.client,
    TITLES: titlesParameter(stack, props).valueAsString,
    ...toCallVariables(props),
    MODEL_EFFORT: props.effort ?? '',
    MODEL_THINKING: String(props.thinking),
    PROMPT_CACHE: props.promptCache,
  };
}

/** A parameter of the template, so that the local host can make titles in the other way. */
function titlesParameter(stack: Stack, { titles }: StreambedProps): CfnParameter {
  return new CfnParameter(stack, 'Titles', {
    description: 'What makes the titles of conversations: a model, or the first words.',
    allowedValues: [...titleSources],
    default: titles,
  });
}
