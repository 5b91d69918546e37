import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

export async function connect(event) {
  console.log('connected', event.requestContext.connectionId);
  return { statusCode: 200 };
}

export async function disconnect(event) {
  console.log('disconnected', event.requestContext.connectionId);
  return { statusCode: 200 };
}

/** Posts to a connection through each address that the environment has. */
export async function notify({ connectionId }) {
  const { CALLBACK_URL, SOCKET_URL, DOMAIN } = process.env;
  const endpoints = [
    CALLBACK_URL,
    SOCKET_URL.replace('wss://', 'https://'),
    `https://${DOMAIN}/prod`,
  ];
  for (const endpoint of endpoints) {
    const connections = new ApiGatewayManagementApiClient({ endpoint });
    const Data = endpoint;
    await connections.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
  }
  return endpoints.length;
}
