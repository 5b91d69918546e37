/** The smallest possible streaming function. */
export const handler = awslambda.streamifyResponse(async (_, responseStream) => {
  responseStream.write('');
  responseStream.end();
});
