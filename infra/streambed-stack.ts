import { Duration, Stack, type App, type CfnElement } from 'aws-cdk-lib';
import { addChatFunctions } from '#infra/functions/chat-functions.ts';
import { addDocuments } from '#infra/background/documents.ts';
import { createFoundation } from '#infra/foundation.ts';
import { readOrigins } from '#infra/page-origins.ts';
import { addUrls } from '#infra/functions/function-urls.ts';
import { acceptPeople, addAuthorizer, addPeople } from '#infra/identity.ts';
import { addKnowledge } from '#infra/knowledge.ts';
import { addInvoke, addLangChain } from '#infra/functions/model-functions.ts';
import { addMonitoring } from '#infra/monitoring/monitoring.ts';
import type { AlarmSettings } from '#infra/monitoring/alarms.ts';
import { applyOptions, type StackOptions } from '#infra/options/options.ts';
import { addOwnerData } from '#infra/background/owner-data.ts';
import { addPageAccess } from '#infra/page-access.ts';
import { addApi } from '#infra/rest-api.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';
import { addTasks } from '#infra/background/tasks.ts';
import type { TracingProps } from '#infra/tracing.ts';

export interface StreambedProps {
  /** Ids of Bedrock models or inference profiles. The first is for requests that name none. */
  readonly models: readonly string[];
  /** Models for signed requests in the models' own formats. The first is for plain prompts. */
  readonly invokeModels: readonly string[];
  /** The model of the LangChain function. */
  readonly langchainModel: string;
  /** The Region of that model; the Region of the stack by default. */
  readonly langchainRegion?: string | undefined;
  /** Chains of models, `a>b>c,d>e`. Each model replaces those before it if they are unavailable. */
  readonly fallbacks: string;
  /** Which client calls the models of chats: Streambed's own, or the AWS SDK's. */
  readonly client: 'own' | 'sdk';
  /** How much work models put into an answer; their own default if absent. */
  readonly effort?: string | undefined;
  /** Whether models think before they answer. */
  readonly thinking: boolean;
  /** Bedrock's service tiers that requests may name; the first serves requests that name none. */
  readonly serviceTiers: readonly string[];
  /** How long prompts stay in the cache of a model. */
  readonly promptCache: '5m' | '1h';
  /** The guardrail of all calls to models, `ID:VERSION`. */
  readonly guardrail?: string | undefined;
  /** What makes the titles of conversations: a model, or the first words of the question. */
  readonly titles: 'model' | 'words';
  readonly maxOutputTokens: number;
  /** The approximate maximum of tokens of earlier turns that the model is shown. */
  readonly maxHistoryTokens: number;
  /** The spending limits of each owner. Days are UTC days. */
  readonly limits: {
    readonly requestsPerMinute: number;
    readonly tokensPerDay: number;
    readonly usdPerDay: number;
  };
  /** Origins of pages that may call the Function URLs from a browser. */
  readonly allowedOrigins: readonly string[];
  /** Whether anyone can chat through the Function URL, without an identity and at your expense. */
  readonly publicChat: boolean;
  /** The ids of Bedrock knowledge bases, by the names that requests use. */
  readonly knowledgeBases: Readonly<Record<string, string>>;
  /** The attribute with the owner of a document; empty if all callers can read all documents. */
  readonly knowledgeOwnerAttribute: string;
  /** Agents by name: the ARN of an AgentCore runtime, or `AGENTID/ALIASID` of a classic agent. */
  readonly agents: Readonly<Record<string, string>>;
  /** The model for documents, a Claude or Nova model. */
  readonly documentModel: string;
  /** The URLs of MCP servers, by the names that requests use. */
  readonly mcpServers: Readonly<Record<string, string>>;
  /** Whether people can sign up themselves. Otherwise the operator adds users. */
  readonly selfSignUp: boolean;
  /** Whether people may chat on the page without signing in, each with an owner of their own. */
  readonly guests: boolean;
  /** A second issuer of accepted tokens, in addition to the user pool. */
  readonly oidc?: OidcProps | undefined;
  /** The delays before each retry of a task. */
  readonly taskRetrySeconds: readonly number[];
  /** The delays before each retry of a callback. */
  readonly callbackRetrySeconds: readonly number[];
  readonly alarms: AlarmSettings;
  readonly options: StackOptions;
  /** Where the traces of turns are exported, if anywhere. */
  readonly tracing: TracingProps;
}

/** An OpenID Connect issuer whose tokens are accepted. */
export interface OidcProps {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
}

/** The stack with all resources of Streambed. */
export class StreambedStack extends Stack {
  constructor(scope: App, id: string, props: StreambedProps) {
    super(scope, id, { description: 'Streambed: streaming generative AI on Lambda and Bedrock' });

    const foundation = createFoundation(this, props, readOrigins(this, props.allowedOrigins));
    const chats = addChatFunctions(foundation);
    const invoke = addInvoke(foundation);
    const { langchain, sessions } = addLangChain(foundation);
    const { tasks, queue } = addTasks(foundation);
    const knowledge = addKnowledge(foundation);
    const { api: documents, ...documentParts } = addDocuments(foundation);
    const data = addOwnerData(foundation, documentParts, sessions);
    const openApi = new StreambedFunction(this, 'OpenApiFunction', {
      bundle: 'openapi',
      timeout: Duration.seconds(10),
      environment: {},
    });
    addPageAccess(foundation, addUrls(this, { ...chats, invoke, langchain, data }, props));
    const people = addPeople(foundation);
    acceptPeople(foundation, people, [chats.chat, chats.history, chats.stream, data]);
    const functions = { ...chats, tasks, knowledge, documents, data, openApi };
    addApi(this, functions, addAuthorizer(foundation, people), foundation.origins);
    // Those of Function URLs, and of the REST API as far as CloudWatch adds up at most ten.
    const awaited = [...Object.values(chats), invoke, langchain, tasks, documents, data];
    addMonitoring(this, props, { functions: awaited, tasks: queue });
    applyOptions(this, props);
  }

  /** The main resource of a construct gets its plain id, which people and the state file use. */
  protected override allocateLogicalId(element: CfnElement): string {
    const [id, child, ...rest] = element.node.path.split('/').slice(1);
    const plain = rest.length === 0 && (child === undefined || child === 'Resource');
    return plain && id !== undefined ? id : super.allocateLogicalId(element);
  }
}
