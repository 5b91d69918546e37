import { Duration, Stack, type App, type CfnElement } from 'aws-cdk-lib';
import { addChatFunctions } from '#infra/functions/chat-functions.ts';
import { addDocuments } from '#infra/documents.ts';
import { layFoundation } from '#infra/foundation.ts';
import { addUrls } from '#infra/functions/function-urls.ts';
import { addIdentity } from '#infra/identity.ts';
import { addKnowledge } from '#infra/knowledge.ts';
import { addInvoke, addLangChain } from '#infra/functions/model-functions.ts';
import { addApi } from '#infra/rest-api.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';
import { addTasks } from '#infra/tasks.ts';

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
  /** The ids of Bedrock's knowledge bases, by the names that requests have for them. */
  readonly knowledgeBases: Readonly<Record<string, string>>;
  /** The attribute of documents that says whose they are; empty where all callers may see all. */
  readonly knowledgeOwnerAttribute: string;
  /** Agents by their names: the ARN of a runtime on AgentCore, or a classic `AGENTID/ALIASID`. */
  readonly agents: Readonly<Record<string, string>>;
  /** The model that reads documents: one of Claude or Nova. */
  readonly documentModel: string;
  /** MCP servers over HTTP, by the names that requests have for them. */
  readonly mcpServers: Readonly<Record<string, string>>;
  /** Whether people may sign up by themselves; otherwise users are added by whoever operates it. */
  readonly selfSignUp: boolean;
  /** Another issuer whose tokens are taken, beside the user pool. */
  readonly oidc?: OidcProps | undefined;
  /** How long a task that cannot be done now waits before each further try. */
  readonly taskRetrySeconds: readonly number[];
  /** How long a callback that failed is waited with before each further try. */
  readonly callbackRetrySeconds: readonly number[];
}

export interface OidcProps {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
}

/** The whole system on one page. */
export class StreambedStack extends Stack {
  constructor(scope: App, id: string, props: StreambedProps) {
    super(scope, id, { description: 'Streambed: streaming generative AI on Lambda and Bedrock' });

    const foundation = layFoundation(this, props);
    const chats = addChatFunctions(foundation);
    const invoke = addInvoke(foundation);
    const langchain = addLangChain(foundation);
    const tasks = addTasks(foundation);
    const knowledge = addKnowledge(foundation);
    const documents = addDocuments(foundation);
    const openApi = new StreambedFunction(this, 'OpenApiFunction', {
      bundle: 'openapi',
      timeout: Duration.seconds(10),
      environment: {},
    });
    addUrls(this, { ...chats, invoke, langchain }, props);
    addApi(this, { ...chats, tasks, knowledge, documents, openApi }, addIdentity(foundation));
  }

  /** Resources of a construct keep the construct's plain name, for people and the state file. */
  protected override allocateLogicalId(element: CfnElement): string {
    const [id, child, ...rest] = element.node.path.split('/').slice(1);
    const plain = rest.length === 0 && (child === undefined || child === 'Resource');
    return plain && id !== undefined ? id : super.allocateLogicalId(element);
  }
}
