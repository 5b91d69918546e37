import { spawnSync } from 'node:child_process';
import { buildSystem } from './build.ts';

/*
 * Deploys to the account and Region of the caller's AWS credentials. What follows `--` goes to the
 * CDK CLI, settings of infra/settings.ts among it: npm run deploy -- -c models=amazon.nova-lite-v1:0
 */
await buildSystem();
// Settings are defaults of parameters, and what they were the last time must not outlive them.
const options = ['--all', '--no-previous-parameters', ...process.argv.slice(2)];
const cdk = ['node_modules/aws-cdk/bin/cdk', 'deploy', ...options];
process.exitCode = spawnSync(process.execPath, cdk, { stdio: 'inherit' }).status ?? 1;
