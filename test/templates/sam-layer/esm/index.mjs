import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { greet } from 'greeting';

export const handler = async () => {
  const { Account } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  return { text: greet('modules'), Account };
};
