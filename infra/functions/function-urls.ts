import { Annotations, CfnOutput, type Stack } from 'aws-cdk-lib';
import {
  FunctionUrlAuthType,
  HttpMethod,
  InvokeMode,
  type FunctionUrl,
} from 'aws-cdk-lib/aws-lambda';
import type { ChatFunctions } from '#infra/functions/chat-functions.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';
import { exposedHeaders } from '#protocol/http/cors.ts';

export interface UrlFunctions extends Pick<ChatFunctions, 'chat' | 'history' | 'stream'> {
  readonly invoke: StreambedFunction;
  readonly langchain: StreambedFunction;
  readonly data: StreambedFunction;
}

/** The Function URLs that the chat page calls. */
export interface PageUrls {
  readonly chat: FunctionUrl;
  readonly conversations: FunctionUrl;
  readonly data: FunctionUrl;
  readonly stream: FunctionUrl;
}

/**
 * Adds Function URLs, and returns those of the page. They accept only signed requests, except for a
 * chat that is public.
 */
export function addUrls(stack: Stack, functions: UrlFunctions, props: StreambedProps): PageUrls {
  const { chat, history, stream, invoke, langchain, data } = functions;
  if (props.publicChat) {
    const warning = 'publicChat: anyone who knows the URL can chat anonymously at your expense.';
    Annotations.of(stack).addWarningV2('streambed:publicChat', warning);
  }
  const cors = { allowedOrigins: [...props.allowedOrigins], allowedHeaders: ['*'] };
  const chatUrl = chat.addFunctionUrl({
    authType: props.publicChat ? FunctionUrlAuthType.NONE : FunctionUrlAuthType.AWS_IAM,
    invokeMode: InvokeMode.RESPONSE_STREAM,
    cors: { ...cors, allowedMethods: [HttpMethod.POST], exposedHeaders },
  });
  const buffered = {
    authType: FunctionUrlAuthType.AWS_IAM,
    invokeMode: InvokeMode.BUFFERED,
    cors: { ...cors, allowedMethods: [HttpMethod.ALL] },
  };
  const conversationsUrl = history.addFunctionUrl(buffered);
  const dataUrl = data.addFunctionUrl(buffered);
  const streamUrl = stream.addFunctionUrl({
    authType: FunctionUrlAuthType.AWS_IAM,
    invokeMode: InvokeMode.RESPONSE_STREAM,
    cors: { ...cors, allowedMethods: [HttpMethod.GET], exposedHeaders },
  });
  const invokeUrl = invoke.addFunctionUrl({
    authType: FunctionUrlAuthType.AWS_IAM,
    invokeMode: InvokeMode.RESPONSE_STREAM,
    cors: { ...cors, allowedMethods: [HttpMethod.POST], exposedHeaders },
  });
  const langchainUrl = langchain.addFunctionUrl({
    authType: FunctionUrlAuthType.AWS_IAM,
    invokeMode: InvokeMode.RESPONSE_STREAM,
    cors: {
      ...cors,
      allowedMethods: [HttpMethod.GET, HttpMethod.POST],
      exposedHeaders: [...exposedHeaders, 'x-streambed-session-id'],
    },
  });
  new CfnOutput(stack, 'LangChainUrl', { value: langchainUrl.url });
  new CfnOutput(stack, 'InvokeUrl', { value: invokeUrl.url });
  new CfnOutput(stack, 'ChatUrl', { value: chatUrl.url });
  new CfnOutput(stack, 'ConversationsUrl', { value: conversationsUrl.url });
  new CfnOutput(stack, 'ConversationStreamUrl', { value: streamUrl.url });
  new CfnOutput(stack, 'DataUrl', { value: dataUrl.url });
  return { chat: chatUrl, conversations: conversationsUrl, data: dataUrl, stream: streamUrl };
}
