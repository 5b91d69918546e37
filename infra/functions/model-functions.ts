import { Duration } from 'aws-cdk-lib';
import { ChatHistoryTable } from '#infra/storage/chat-history-table.ts';
import type { Foundation } from '#infra/foundation.ts';
import { grantTurns } from '#infra/functions/turn-access.ts';
import { guardrailAccess, modelAccess } from '#infra/functions/model-access.ts';
import { toCallVariables } from '#infra/model-settings.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** Adds the function for models in their own formats. */
export function addInvoke(foundation: Foundation): StreambedFunction {
  const { stack, props, limitsEnv, tracingEnv } = foundation;
  const invoke = new StreambedFunction(stack, 'InvokeFunction', {
    bundle: 'invoke',
    timeout: Duration.minutes(5),
    environment: {
      ...limitsEnv,
      ...tracingEnv,
      MODELS: props.invokeModels.join(','),
      MAX_OUTPUT_TOKENS: String(props.maxOutputTokens),
      ...toCallVariables(props),
    },
  });
  grantTurns(foundation, invoke);
  const actions = ['InvokeModel', 'InvokeModelWithResponseStream'] as const;
  [
    ...modelAccess(stack, props.invokeModels, { actions }),
    ...guardrailAccess(stack, props),
  ].forEach((statement) => invoke.role.addToPolicy(statement));
  return invoke;
}

export interface LangChainParts {
  readonly langchain: StreambedFunction;
  readonly sessions: ChatHistoryTable;
}

/** Adds the function with a LangChain chain, and LangChain's own table for its sessions. */
export function addLangChain(foundation: Foundation): LangChainParts {
  const { stack, props, limitsEnv, tracingEnv } = foundation;
  const sessions = new ChatHistoryTable(stack, 'ChatMessageHistory');
  const region = props.langchainRegion ?? stack.region;
  const langchain = new StreambedFunction(stack, 'LangChainFunction', {
    bundle: 'langchain',
    timeout: Duration.minutes(5),
    environment: {
      ...limitsEnv,
      ...tracingEnv,
      HISTORY_TABLE: sessions.tableName,
      MODELS: props.langchainModel,
      MODEL_REGION: region,
      MAX_OUTPUT_TOKENS: String(props.maxOutputTokens),
      ...toCallVariables(props),
    },
  });
  grantTurns(foundation, langchain);
  sessions.grantSessions(langchain.role);
  [
    ...modelAccess(stack, [props.langchainModel], { region }),
    ...guardrailAccess(stack, props),
  ].forEach((statement) => langchain.role.addToPolicy(statement));
  return { langchain, sessions };
}
