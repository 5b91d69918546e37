import { createBedrockClient } from '#aws/bedrock/sdk-converse.ts';
import { createNativeModel } from '#aws/model/bedrock-native.ts';
import { readInvokeEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { createOneShotPorts } from '#aws/composition/turn-ports.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerInvoke } from '#api/model/answer-invoke.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';
import { openTraces, traced } from '#api/turn/traced.ts';

const environment = readInvokeEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const ports = {
  ...createOneShotPorts(table, environment, systemClock),
  native: createNativeModel(createBedrockClient(), environment),
};
const traces = openTraces(readTraceEnvironment(process.env));

/** The invoke Function URL: any model in its own format, with its answer as text. */
export const handler = respondStream(
  createLogSecret(table),
  traced(traces, (request, invocation) => answerInvoke(ports, environment, request, invocation)),
);
