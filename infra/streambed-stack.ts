import { CfnOutput, Duration, Stack, type App, type CfnElement } from 'aws-cdk-lib';
import {
  ApiKey,
  EndpointType,
  LambdaIntegration,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { FunctionUrlAuthType, HttpMethod, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { AnswersBucket } from '#infra/answers-bucket.ts';
import { ChatHistoryTable } from '#infra/chat-history-table.ts';
import { ConversationsTable } from '#infra/conversations-table.ts';
import { modelAccess } from '#infra/model-access.ts';
import { StreambedFunction } from '#infra/streambed-function.ts';

export interface StreambedProps {
  /** Bedrock model or inference profile ids; the first answers requests that name none. */
  readonly models: readonly string[];
  /** Models that may be invoked in their own formats, by signed calls; the first for plain prompts. */
  readonly invokeModels: readonly string[];
  /** The LangChain function's model, and where it is, if not in the stack's own Region. */
  readonly langchainModel: string;
  readonly langchainRegion?: string | undefined;
  /** Chains of models, `a>b>c,d>e`: each answers in the place of those before it that are away. */
  readonly fallbacks: string;
  readonly maxOutputTokens: number;
  /** About how many tokens of what was said before the model is shown at most. */
  readonly maxHistoryTokens: number;
  /** What each owner may spend; a day is one of UTC. */
  readonly limits: {
    readonly requestsPerMinute: number;
    readonly tokensPerDay: number;
    readonly usdPerDay: number;
  };
  /** Origins of pages that may call the Function URLs from a browser. */
  readonly allowedOrigins: readonly string[];
  /** Lets anybody chat through the Function URL, without an identity and at your expense. */
  readonly publicChat: boolean;
}

/** The whole system on one page. */
export class StreambedStack extends Stack {
  constructor(scope: App, id: string, props: StreambedProps) {
    super(scope, id, { description: 'Streambed: streaming generative AI on Lambda and Bedrock' });

    const functions = this.addFunctions(props);
    this.addUrls(functions, props);
    this.addApi(functions);
  }

  private addFunctions(props: StreambedProps): Functions {
    const conversations = new ConversationsTable(this, 'Conversations');
    const answers = new AnswersBucket(this, 'Answers');
    const keeping = {
      CONVERSATIONS_TABLE: conversations.tableName,
      ANSWERS_BUCKET: answers.bucketName,
    };
    const spending = { ...keeping, ...limitsOf(props) };
    const talking = { ...spending, ...policyOf(props) };
    const chat = new StreambedFunction(this, 'ChatFunction', {
      bundle: 'chat',
      timeout: Duration.minutes(5),
      environment: talking,
    });
    const chatBuffered = new StreambedFunction(this, 'ChatBufferedFunction', {
      bundle: 'chat-buffered',
      timeout: Duration.seconds(29),
      environment: talking,
    });
    const history = new StreambedFunction(this, 'ConversationsFunction', {
      bundle: 'conversations',
      timeout: Duration.seconds(29),
      environment: spending,
    });
    const stream = new StreambedFunction(this, 'ConversationStreamFunction', {
      bundle: 'conversation-stream',
      timeout: Duration.minutes(5),
      environment: keeping,
    });
    const openAi = new StreambedFunction(this, 'OpenAiFunction', {
      bundle: 'openai',
      timeout: Duration.minutes(5),
      environment: talking,
    });
    const invoke = this.addInvoke(props, conversations);
    const langchain = this.addLangChain(props, conversations);
    const talkers = [chat, chatBuffered, openAi];
    for (const { role } of [...talkers, stream]) conversations.grantTurns(role);
    for (const { role } of [...talkers, stream, history]) answers.grantAnswers(role);
    for (const { role } of talkers) {
      modelAccess(this, props.models).forEach((statement) => role.addToPolicy(statement));
    }
    conversations.grantManagement(history.role);
    return { chat, chatBuffered, history, stream, openAi, invoke, langchain };
  }

  /** Models in their own formats: the function keeps nothing, and counts what it spends. */
  private addInvoke(props: StreambedProps, table: ConversationsTable): StreambedFunction {
    const invoke = new StreambedFunction(this, 'InvokeFunction', {
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
    modelAccess(this, props.invokeModels, {
      actions: ['InvokeModel', 'InvokeModelWithResponseStream'],
    }).forEach((statement) => invoke.role.addToPolicy(statement));
    return invoke;
  }

  /** A LangChain chain, with its sessions in LangChain's own table. */
  private addLangChain(props: StreambedProps, table: ConversationsTable): StreambedFunction {
    const sessions = new ChatHistoryTable(this, 'ChatMessageHistory');
    const region = props.langchainRegion ?? this.region;
    const langchain = new StreambedFunction(this, 'LangChainFunction', {
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
    modelAccess(this, [props.langchainModel], { region }).forEach((statement) =>
      langchain.role.addToPolicy(statement),
    );
    return langchain;
  }

  private addUrls(
    { chat, history, stream, invoke, langchain }: Functions,
    props: StreambedProps,
  ): void {
    const cors = { allowedOrigins: [...props.allowedOrigins], allowedHeaders: ['*'] };
    const chatUrl = chat.addFunctionUrl({
      authType: props.publicChat ? FunctionUrlAuthType.NONE : FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      cors: { ...cors, allowedMethods: [HttpMethod.POST], exposedHeaders: exposed },
    });
    const conversationsUrl = history.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.BUFFERED,
      cors: { ...cors, allowedMethods: [HttpMethod.ALL] },
    });
    const streamUrl = stream.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      cors: { ...cors, allowedMethods: [HttpMethod.GET], exposedHeaders: exposed },
    });
    const invokeUrl = invoke.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      cors: { ...cors, allowedMethods: [HttpMethod.POST], exposedHeaders: exposed },
    });
    const langchainUrl = langchain.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      cors: { ...cors, allowedMethods: [HttpMethod.GET, HttpMethod.POST] },
    });
    new CfnOutput(this, 'LangChainUrl', { value: langchainUrl.url });
    new CfnOutput(this, 'InvokeUrl', { value: invokeUrl.url });
    new CfnOutput(this, 'ChatUrl', { value: chatUrl.url });
    new CfnOutput(this, 'ConversationsUrl', { value: conversationsUrl.url });
    new CfnOutput(this, 'ConversationStreamUrl', { value: streamUrl.url });
  }

  private addApi({ chat, chatBuffered, history, stream, openAi }: Functions): void {
    const api = new RestApi(this, 'Api', {
      restApiName: 'streambed',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: { stageName: 'prod' },
      defaultMethodOptions: { apiKeyRequired: true },
    });
    const chatResource = api.root.addResource('chat');
    chatResource.addMethod('POST', new LambdaIntegration(chatBuffered, { allowTestInvoke: false }));
    chatResource.addResource('stream').addMethod('POST', streaming(chat));
    const manage = new LambdaIntegration(history, { allowTestInvoke: false });
    const listing = api.root.addResource('conversations');
    const single = listing.addResource('{conversation_id}');
    listing.addMethod('GET', manage);
    for (const method of ['GET', 'PATCH', 'DELETE']) single.addMethod(method, manage);
    api.root.addResource('usage').addMethod('GET', manage);
    single.addResource('stop').addMethod('POST', manage);
    single.addResource('stream').addMethod('GET', streaming(stream));

    const version = api.root.addResource('v1');
    version.addResource('chat').addResource('completions').addMethod('POST', streaming(openAi));
    version.addResource('models').addMethod('GET', streaming(openAi));

    const plan = api.addUsagePlan('DefaultPlan', {
      throttle: { rateLimit: 10, burstLimit: 20 },
      apiStages: [{ stage: api.deploymentStage }],
    });
    plan.addApiKey(new ApiKey(this, 'DefaultApiKey'));
  }

  /** Resources of a construct keep the construct's plain name, for people and the state file. */
  protected override allocateLogicalId(element: CfnElement): string {
    const [id, child, ...rest] = element.node.path.split('/').slice(1);
    const plain = rest.length === 0 && (child === undefined || child === 'Resource');
    return plain && id !== undefined ? id : super.allocateLogicalId(element);
  }
}

/** What owners may spend, as functions are told. */
function limitsOf({ limits }: StreambedProps): Readonly<Record<string, string>> {
  return {
    REQUESTS_PER_MINUTE: String(limits.requestsPerMinute),
    TOKENS_PER_DAY: String(limits.tokensPerDay),
    USD_PER_DAY: String(limits.usdPerDay),
  };
}

/** What chats may do, as functions are told. */
function policyOf(props: StreambedProps): Readonly<Record<string, string>> {
  return {
    MODELS: props.models.join(','),
    MODEL_FALLBACKS: props.fallbacks,
    MAX_OUTPUT_TOKENS: String(props.maxOutputTokens),
    MAX_HISTORY_TOKENS: String(props.maxHistoryTokens),
    ALLOW_ANONYMOUS: String(props.publicChat),
  };
}

const exposed = ['x-request-id', 'x-streambed-conversation-id', 'x-streambed-turn-id'];

function streaming(handler: StreambedFunction): LambdaIntegration {
  return new LambdaIntegration(handler, {
    allowTestInvoke: false,
    responseTransferMode: ResponseTransferMode.STREAM,
    timeout: Duration.minutes(5),
  });
}

interface Functions {
  readonly chat: StreambedFunction;
  readonly chatBuffered: StreambedFunction;
  readonly history: StreambedFunction;
  readonly stream: StreambedFunction;
  readonly openAi: StreambedFunction;
  readonly invoke: StreambedFunction;
  readonly langchain: StreambedFunction;
}
