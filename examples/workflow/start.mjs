import { readFile } from 'node:fs/promises';
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';

// The local host writes its endpoint, its credentials and the ARNs of the template to this file.
const state = JSON.parse(await readFile(process.argv[2], 'utf8'));
const client = new SFNClient({
  endpoint: state.endpoints.aws,
  region: state.region,
  credentials: state.credentials,
  // The SDK would send this operation to a host of its own: `sync-127.0.0.1`.
  disableHostPrefix: true,
});

const text = `The harbour bridge was opened in 1932 after eight years of work.
Ferries still cross the harbour, and most commuters prefer the bridge.
Engineers inspect its cables every spring.`;

const execution = await client.send(
  new StartSyncExecutionCommand({
    stateMachineArn: state.stateMachines.Digest,
    input: JSON.stringify({ text }),
  }),
);
if (execution.status === 'SUCCEEDED') {
  for (const [name, value] of Object.entries(JSON.parse(execution.output))) {
    console.log(`${name}\n${value}\n`);
  }
} else {
  console.error(execution.status, execution.error, execution.cause);
  process.exitCode = 1;
}
