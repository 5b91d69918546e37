import { CfnOutput } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Foundation } from '#infra/foundation.ts';
import type { PageUrls } from '#infra/functions/function-urls.ts';

/** Adds the policy for whoever runs the chat page: it calls some functions and keeps sessions. */
export function addPageAccess({ stack, table }: Foundation, urls: PageUrls): void {
  const policy = new ManagedPolicy(stack, 'PagePolicy', {
    description: 'What the server of the Streambed chat page may do',
  });
  for (const url of Object.values(urls)) url.grantInvokeUrl(policy);
  table.grantPageSessions(policy);
  table.grantGuestSecret(policy);
  new CfnOutput(stack, 'PagePolicyArn', { value: policy.managedPolicyArn });
  new CfnOutput(stack, 'ConversationsTable', { value: table.tableName });
}
