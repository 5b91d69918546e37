import { resolve, type Scope } from '#local/template/intrinsics.ts';

/** Returns whether resources of a type are APIs with an address of their own. */
export function isApi(type: string): boolean {
  return type === 'AWS::ApiGateway::RestApi' || type === 'AWS::ApiGatewayV2::Api';
}

/** Returns whether a resource is a WebSocket API, from its type and its property `ProtocolType`. */
export function isWebSocketApi(type: string, protocolType: unknown, scope: Scope): boolean {
  return type === 'AWS::ApiGatewayV2::Api' && resolve(protocolType, scope) === 'WEBSOCKET';
}
