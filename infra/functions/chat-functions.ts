import { Duration } from 'aws-cdk-lib';
import { grantChat, type Foundation } from '#infra/foundation.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

export interface ChatFunctions {
  readonly chat: StreambedFunction;
  readonly chatBuffered: StreambedFunction;
  readonly openAi: StreambedFunction;
  readonly history: StreambedFunction;
  readonly stream: StreambedFunction;
}

/** Adds the functions that run chats in three forms, and those that read conversations. */
export function addChatFunctions(foundation: Foundation): ChatFunctions {
  const { stack, table, answers, storageEnv, limitsEnv, policyEnv, chatEnv } = foundation;
  const chat = new StreambedFunction(stack, 'ChatFunction', {
    bundle: 'chat',
    timeout: Duration.minutes(5),
    environment: chatEnv,
  });
  const chatBuffered = new StreambedFunction(stack, 'ChatBufferedFunction', {
    bundle: 'chat-buffered',
    timeout: Duration.seconds(29),
    environment: chatEnv,
  });
  const history = new StreambedFunction(stack, 'ConversationsFunction', {
    bundle: 'conversations',
    timeout: Duration.seconds(29),
    environment: { ...limitsEnv, ...policyEnv },
  });
  const stream = new StreambedFunction(stack, 'ConversationStreamFunction', {
    bundle: 'conversation-stream',
    timeout: Duration.minutes(5),
    environment: storageEnv,
  });
  const openAi = new StreambedFunction(stack, 'OpenAiFunction', {
    bundle: 'openai',
    timeout: Duration.minutes(5),
    environment: chatEnv,
  });
  for (const each of [chat, chatBuffered, openAi]) grantChat(foundation, each);
  // Only messages in conversations have files.
  for (const { role } of [chat, chatBuffered]) answers.grantFiles(role);
  table.grantTurns(stream.role);
  table.grantManagement(history.role);
  for (const { role } of [stream, history]) answers.grantAnswers(role);
  return { chat, chatBuffered, openAi, history, stream };
}
