import { CfnOutput, type Stack, aws_lambda as lambda } from 'aws-cdk-lib';

/** Defines a web function by CDK's construct, with a folder as its code. */
export function defineSite(stack: Stack, code: string): void {
  const site = new lambda.WebFunction(stack, 'Site', {
    code: lambda.WebFunctionCode.fromAssetToManagedBucket(code),
    runtime: lambda.WebFunctionRuntime.NODEJS_24_X,
    defaultEndpointAuth: lambda.WebFunctionAuthType.IAM_AUTH,
    entryPoint: 'index.js',
    environment: { STAGE: 'cdk' },
  });
  site.endpoint.grants.invoke(site);
  new CfnOutput(stack, 'Url', { value: `https://${site.endpoint.domainName}/` });
}

/** Defines an endpoint that for one request in four answers with another revision than otherwise. */
export function defineShares(stack: Stack): void {
  const functionName = 'shared-site';
  const { attrFunctionArn } = new lambda.CfnWebFunction(stack, 'Site', { functionName });
  const [old, next] = ['old', 'new'].map((name) => defineRevision(stack, functionName, name));
  new lambda.CfnWebFunctionEndpoint(stack, 'Endpoint', {
    functionName: attrFunctionArn,
    endpointName: 'prod',
    endpointType: 'HomeRegion',
    authType: 'ApplicationManaged',
    revisionWeights: [
      { revisionId: old ?? '', weight: 75 },
      { revisionId: next ?? '', weight: 25 },
    ],
  });
  new lambda.CfnResourcePolicy(stack, 'Policy', {
    resourceArn: attrFunctionArn,
    policyDocument: { Version: '2012-10-17', Statement: [] },
  });
}

function defineRevision(stack: Stack, functionName: string, name: string): string {
  const revision = new lambda.CfnWebFunctionRevision(stack, `Revision${name}`, {
    functionName,
    buildConfig: {
      codeConfig: { s3Object: { bucket: 'code', key: 'web-app' } },
      runtimeConfig: { runtime: 'nodejs24.x' },
    },
    serviceConfig: {
      executionRoleArn: 'arn:aws:iam::000000000000:role/web',
      environmentVariables: { NAME: name },
    },
  });
  return revision.attrRevisionId;
}
