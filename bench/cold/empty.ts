/** The least that a streaming function can be. */
export const handler = awslambda.streamifyResponse(async (_, responseStream) => {
  responseStream.write('');
  responseStream.end();
});
