import { Duration } from 'aws-cdk-lib';
import { ChatHistoryTable } from '#infra/storage/chat-history-table.ts';
import { limitsOf, type Foundation } from '#infra/foundation.ts';
import { modelAccess } from '#infra/functions/model-access.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** Models in their own formats: the function keeps nothing, and counts what it spends. */
export function addInvoke({ stack, props, table }: Foundation): StreambedFunction {
  const invoke = new StreambedFunction(stack, 'InvokeFunction', {
    bundle: 'invoke',
    timeout: Duration.minutes(5),
    environment: {
      CONVERSATIONS_TABLE: table.tableName,
      ...limitsOf(props),
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

/** A LangChain chain, with its sessions in LangChain's own table. */
export function addLangChain({ stack, props, table }: Foundation): StreambedFunction {
  const sessions = new ChatHistoryTable(stack, 'ChatMessageHistory');
  const region = props.langchainRegion ?? stack.region;
  const langchain = new StreambedFunction(stack, 'LangChainFunction', {
    bundle: 'langchain',
    timeout: Duration.minutes(5),
    environment: {
      CONVERSATIONS_TABLE: table.tableName,
      HISTORY_TABLE: sessions.tableName,
      ...limitsOf(props),
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
