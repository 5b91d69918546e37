let judged = 0;

export const handler = async ({ requestContext, pathParameters, rawPath }) => ({
  who:
    requestContext.authorizer?.jwt?.claims?.username ??
    requestContext.authorizer?.lambda?.who ??
    null,
  pathParameters,
  rawPath,
});

export const judge = async ({ identitySource: [secret], type, routeArn }) => {
  judged += 1;
  return {
    isAuthorized: secret === 'open sesame',
    context: { who: `${type} ${judged} ${routeArn.split('/').at(-1)}` },
  };
};
