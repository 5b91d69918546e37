const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const headers = { 'content-type': 'text/plain' };
  const body = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  for (const word of [event.stageVariables.tone, event.pathParameters.topic, event.httpMethod]) {
    body.write(`${word}\n`);
    await pause();
  }
  body.end();
});
