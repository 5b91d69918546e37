import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';

const bedrock = new BedrockRuntimeClient();

/** Posts every delta of an answer to the connection that asked. */
export async function handler({ requestContext, body }) {
  const { connectionId, domainName, stage } = requestContext;
  const connections = new ApiGatewayManagementApiClient({
    endpoint: `https://${domainName}/${stage}`,
  });
  const post = (message) =>
    connections.send(
      new PostToConnectionCommand({ ConnectionId: connectionId, Data: JSON.stringify(message) }),
    );
  const { stream } = await bedrock.send(
    new ConverseStreamCommand({
      modelId: 'amazon.nova-micro-v1:0',
      messages: [{ role: 'user', content: [{ text: JSON.parse(body).prompt }] }],
    }),
  );
  for await (const { contentBlockDelta, messageStop } of stream) {
    if (contentBlockDelta !== undefined) await post({ text: contentBlockDelta.delta.text });
    if (messageStop !== undefined) await post({ stop: messageStop.stopReason });
  }
  return { statusCode: 200 };
}
