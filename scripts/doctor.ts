import { existsSync } from 'node:fs';
import { readOptions } from '#local/process/read-options.ts';
import { checkLaptop } from '#scripts/doctor/checks/laptop.ts';
import { checkStack, examineStack } from '#scripts/doctor/examine.ts';
import type { Finding } from '#scripts/doctor/finding.ts';
import { createClients, type AccountConfig } from '#scripts/doctor/read/clients.ts';
import { readLaptop, readSystem } from '#scripts/doctor/read/read-laptop.ts';
import { listStacks } from '#scripts/doctor/read/read-stack.ts';
import { readTemplate } from '#scripts/doctor/read/read-template.ts';
import { toText } from '#scripts/doctor/report.ts';

const help = `Looks for faults and names each with its fix. It only reads, and asks no model.

npm run doctor                     this machine, and the running system or else the built template
npm run doctor -- --stack NAME     a deployed stack, with your AWS credentials and Region

  --json        print the findings as JSON
  --state FILE  the state file of the running system (.streambed/local.json)

The exit code is 1 if something is wrong or could not be read, and 0 otherwise.`;

const builtTemplate = 'cdk.out/Streambed.template.json';

const { values } = readOptions({
  options: {
    stack: { type: 'string' },
    json: { type: 'boolean', default: false },
    state: { type: 'string', default: '.streambed/local.json' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else {
  await run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

interface Examined {
  readonly subject: string;
  readonly findings: readonly Finding[];
}

async function run(): Promise<void> {
  const examined =
    values.stack === undefined ? await examineLaptop() : [await examine(values.stack, {})];
  const findings = examined.flatMap((each) => each.findings);
  if (values.json) console.log(JSON.stringify(findings, undefined, 2));
  else console.log(examined.map((each) => toText(each.findings, each.subject)).join('\n\n'));
  process.exitCode = findings.length === 0 ? 0 : 1;
}

async function examine(stack: string, account: AccountConfig): Promise<Examined> {
  const findings = await examineStack({ stack, account, now: Date.now });
  return { subject: `Stack ${stack}`, findings };
}

async function examineLaptop(): Promise<readonly Examined[]> {
  const system = await readSystem(values.state);
  const findings = checkLaptop(await readLaptop(system, values.state));
  const laptop = { subject: 'This machine', findings };
  if (system.type !== 'running') return [laptop, ...(await examineTemplate())];
  const { endpoints, region, credentials } = system.state;
  const account = { endpoint: endpoints.aws, region, credentials };
  const stacks = await listStacks(createClients(account));
  return [laptop, ...(await Promise.all(stacks.map((stack) => examine(stack, account))))];
}

async function examineTemplate(): Promise<readonly Examined[]> {
  if (!existsSync(builtTemplate)) return [];
  const findings = checkStack(await readTemplate(builtTemplate));
  return [{ subject: builtTemplate, findings }];
}
