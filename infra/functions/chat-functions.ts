import { Duration } from 'aws-cdk-lib';
import { grantTalking, type Foundation } from '#infra/foundation.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

export interface ChatFunctions {
  readonly chat: StreambedFunction;
  readonly chatBuffered: StreambedFunction;
  readonly openAi: StreambedFunction;
  readonly history: StreambedFunction;
  readonly stream: StreambedFunction;
}

/** Chats in their three forms, and what was said in them. */
export function addChatFunctions(foundation: Foundation): ChatFunctions {
  const { stack, table, answers, keeping, spending, talking } = foundation;
  const chat = new StreambedFunction(stack, 'ChatFunction', {
    bundle: 'chat',
    timeout: Duration.minutes(5),
    environment: talking,
  });
  const chatBuffered = new StreambedFunction(stack, 'ChatBufferedFunction', {
    bundle: 'chat-buffered',
    timeout: Duration.seconds(29),
    environment: talking,
  });
  const history = new StreambedFunction(stack, 'ConversationsFunction', {
    bundle: 'conversations',
    timeout: Duration.seconds(29),
    environment: spending,
  });
  const stream = new StreambedFunction(stack, 'ConversationStreamFunction', {
    bundle: 'conversation-stream',
    timeout: Duration.minutes(5),
    environment: keeping,
  });
  const openAi = new StreambedFunction(stack, 'OpenAiFunction', {
    bundle: 'openai',
    timeout: Duration.minutes(5),
    environment: talking,
  });
  for (const talker of [chat, chatBuffered, openAi]) grantTalking(foundation, talker);
  table.grantTurns(stream.role);
  table.grantManagement(history.role);
  for (const { role } of [stream, history]) answers.grantAnswers(role);
  return { chat, chatBuffered, openAi, history, stream };
}
