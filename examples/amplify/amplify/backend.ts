import { defineBackend } from '@aws-amplify/backend';
import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import { auth } from './auth/resource.ts';
import { addStreambed } from './streambed.ts';

const backend = defineBackend({ auth });

const { userPool, userPoolClient, cfnResources } = backend.auth.resources;
// People are invited. Otherwise anybody could sign up, and chat at your expense.
cfnResources.cfnUserPool.adminCreateUserConfig = { allowAdminCreateUserOnly: true };
// Like the conversations, people stay when a branch is deleted. A sandbox is deleted whole.
if (backend.stack.node.tryGetContext('amplify-backend-type') !== 'sandbox') {
  cfnResources.cfnUserPool.applyRemovalPolicy(RemovalPolicy.RETAIN);
}
// Besides what apps use: signing in with a password alone, as the command of the README does.
cfnResources.cfnUserPoolClient.explicitAuthFlows = [
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
];

const { chatUrl, apiUrl } = addStreambed(backend.createStack('streambed'), {
  userPoolId: userPool.userPoolId,
  clientId: userPoolClient.userPoolClientId,
});

// For the app, in `amplify_outputs.json`, and for people, in the outputs of the stack.
backend.addOutput({ custom: { chatUrl, apiUrl } });
new CfnOutput(backend.stack, 'ChatUrl', { value: chatUrl });
new CfnOutput(backend.stack, 'ApiUrl', { value: apiUrl });
