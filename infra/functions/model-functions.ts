import { Duration } from 'aws-cdk-lib';
import { ChatHistoryTable } from '#infra/storage/chat-history-table.ts';
import { toLimitsEnv, type Foundation } from '#infra/foundation.ts';
import { modelAccess } from '#infra/functions/model-access.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** Adds the function for models in their own formats. It stores only the spending of its callers. */
export function addInvoke({ stack, props, table }: Foundation): StreambedFunction {
  const invoke = new StreambedFunction(stack, 'InvokeFunction', {
    bundle: 'invoke',
    timeout: Duration.minutes(5),
    environment: {
      CONVERSATIONS_TABLE: table.tableName,
      ...toLimitsEnv(props),
      MODELS: props.invokeModels.join(','),
      MAX_OUTPUT_TOKENS: String(props.maxOutputTokens),
    },
  });
  table.grantLedger(invoke.role);
  modelAccess(stack, props.invokeModels, {
    actions: ['InvokeModel', 'InvokeModelWithResponseStream'],
  }).forEach((statement) => invoke.role.addToPolicy(statement));
  return invoke;
}

/** Adds the function with a LangChain chain, and LangChain's own table for its sessions. */
export function addLangChain({ stack, props, table }: Foundation): StreambedFunction {
  const sessions = new ChatHistoryTable(stack, 'ChatMessageHistory');
  const region = props.langchainRegion ?? stack.region;
  const langchain = new StreambedFunction(stack, 'LangChainFunction', {
    bundle: 'langchain',
    timeout: Duration.minutes(5),
    environment: {
      CONVERSATIONS_TABLE: table.tableName,
      HISTORY_TABLE: sessions.tableName,
      ...toLimitsEnv(props),
      MODELS: props.langchainModel,
      MODEL_REGION: region,
      MAX_OUTPUT_TOKENS: String(props.maxOutputTokens),
    },
  });
  table.grantLedger(langchain.role);
  sessions.grantSessions(langchain.role);
  modelAccess(stack, [props.langchainModel], { region }).forEach((statement) =>
    langchain.role.addToPolicy(statement),
  );
  return langchain;
}
