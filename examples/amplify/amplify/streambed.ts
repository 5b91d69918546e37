import { join } from 'node:path';
import { Aws, Duration, type Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnTable, type Table } from 'aws-cdk-lib/aws-dynamodb';
import { FunctionUrlAuthType, HttpMethod, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { addDocuments } from '../../../infra/background/documents.ts';
import { addOwnerData } from '../../../infra/background/owner-data.ts';
import { addTasks } from '../../../infra/background/tasks.ts';
import { createFoundation } from '../../../infra/foundation.ts';
import { addChatFunctions } from '../../../infra/functions/chat-functions.ts';
import { StreambedFunction } from '../../../infra/functions/streambed-function.ts';
import { acceptPeople, addAuthorizer, type People } from '../../../infra/identity.ts';
import { addKnowledge } from '../../../infra/knowledge.ts';
import { addMonitoring } from '../../../infra/monitoring/monitoring.ts';
import { addApi } from '../../../infra/rest-api.ts';
import { readSettings } from '../../../infra/settings.ts';
import type { StreambedProps } from '../../../infra/streambed-stack.ts';
import { exposedHeaders } from '../../../src/protocol/http/cors.ts';

/** The user pool of the app. */
export interface Auth {
  readonly userPoolId: string;
  readonly clientId: string;
}

/** The addresses that the app calls. */
export interface Urls {
  readonly chatUrl: string;
  readonly apiUrl: string;
}

/**
 * Adds Streambed to the stack of an app, with the constructs of the CDK stack and the app's own
 * user pool. `settings` replace the defaults of `docs/deploy.md`.
 */
export function addStreambed(
  stack: Stack,
  auth: Auth,
  settings: Partial<StreambedProps> = {},
): Urls {
  stack.node.setContext('bundles', join(import.meta.dirname, '../../../dist'));
  const props = { ...readSettings(stack.node), ...settings };
  const foundation = createFoundation(stack, props, props.allowedOrigins);
  if (stack.node.tryGetContext('amplify-backend-type') === 'sandbox') unprotect(foundation.table);
  const chats = addChatFunctions(foundation);
  const { tasks, queue } = addTasks(foundation);
  const knowledge = addKnowledge(foundation);
  const { api: documents, ...documentParts } = addDocuments(foundation);
  const data = addOwnerData(foundation, documentParts);
  const openApi = new StreambedFunction(stack, 'OpenApiFunction', {
    bundle: 'openapi',
    timeout: Duration.seconds(10),
    environment: {},
  });
  const people: People = {
    peopleEnv: {
      ALLOW_GUESTS: 'false',
      USER_POOL_ISSUER: `https://cognito-idp.${Aws.REGION}.amazonaws.com/${auth.userPoolId}`,
      USER_POOL_CLIENTS: auth.clientId,
    },
  };
  acceptPeople(foundation, people, [chats.chat, chats.history, chats.stream]);
  addApi(
    stack,
    { ...chats, tasks, knowledge, documents, data, openApi },
    addAuthorizer(foundation, people),
    foundation.origins,
  );
  const awaited = [...Object.values(chats), tasks, knowledge, documents];
  addMonitoring(stack, props, { functions: awaited, tasks: queue });
  return { chatUrl: addChatUrl(chats.chat, props), apiUrl: apiUrlOf(stack) };
}

/** A sandbox is deleted with its data. Amplify sees to that, except for this protection. */
function unprotect({ node }: Table): void {
  const table = node.defaultChild;
  if (table instanceof CfnTable) table.deletionProtectionEnabled = false;
}

/** Anyone can reach this URL, and the function answers only people: it verifies their token. */
function addChatUrl(chat: StreambedFunction, { allowedOrigins }: StreambedProps): string {
  const { url } = chat.addFunctionUrl({
    authType: FunctionUrlAuthType.NONE,
    invokeMode: InvokeMode.RESPONSE_STREAM,
    cors: {
      allowedOrigins: [...allowedOrigins],
      allowedMethods: [HttpMethod.POST],
      allowedHeaders: ['*'],
      exposedHeaders,
    },
  });
  return url;
}

function apiUrlOf(stack: Stack): string {
  const api = stack.node.findChild('Api');
  if (!(api instanceof RestApi)) throw new Error('There is no API');
  return api.url;
}
