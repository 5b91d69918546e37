import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { AccountFacts } from '#scripts/doctor/facts.ts';
import type { Attempts } from '#scripts/doctor/finding.ts';
import type { Clients } from '#scripts/doctor/read/clients.ts';
import { record } from '#scripts/doctor/read/json.ts';

/** Reads the limits of the account, and how far this machine's clock is ahead of AWS. */
export async function readAccount(
  { lambda }: Clients,
  now: () => number,
  attempts: Attempts,
): Promise<AccountFacts> {
  const call = {
    check: 'concurrency',
    action: 'lambda:GetAccountSettings',
    resource: 'the account',
  };
  const dates = collectDates(lambda);
  const settings = await attempts.read(call, () => lambda.send(new GetAccountSettingsCommand({})));
  const answeredAt = dates[0];
  return {
    concurrency: settings?.AccountLimit?.ConcurrentExecutions,
    skewMs: answeredAt === undefined ? undefined : now() - answeredAt,
  };
}

/** Collects the times at which AWS answers, of refused calls too. The header counts in seconds. */
function collectDates({ middlewareStack }: LambdaClient): readonly number[] {
  const dates: number[] = [];
  middlewareStack.add(
    (next) => async (input) => {
      const result = await next(input);
      const time = Date.parse(readHeader(result.response, 'date') ?? '');
      if (!Number.isNaN(time)) dates.push(time);
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return dates;
}

function readHeader(response: unknown, name: string): string | undefined {
  const headers = Object.entries(record(record(response)['headers']));
  const found = headers.find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : undefined;
}
