#!/usr/bin/env bash
# aws-cdk-lib 2.276.0: with `aws:cdk:disable-asset-staging` (what `cdk watch` and local hosts use, so that
# assets stay where they are), a bucket with `autoDeleteObjects` gets a function whose code is in a
# temporary folder that is deleted before the synthesis returns. The template and the manifest name a
# folder that is not there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund aws-cdk-lib@2.276.0 constructs@10.8.1 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';

/** Returns whether each folder of code that the assembly names is there. */
function codeIsThere(context) {
  const app = new App({ context, outdir: `out-${Object.keys(context).length}` });
  const stack = new Stack(app, 'Example');
  new Bucket(stack, 'Files', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
  const { directory } = app.synth();
  const { files } = JSON.parse(readFileSync(join(directory, 'Example.assets.json'), 'utf8'));
  return Object.values(files)
    .map(({ source }) => source)
    .filter(({ packaging }) => packaging === 'zip')
    .map(({ path }) => existsSync(isAbsolute(path) ? path : join(directory, path)));
}

const staged = codeIsThere({});
const unstaged = codeIsThere({ 'aws:cdk:disable-asset-staging': true });
console.log('aws-cdk-lib 2.276.0: the code of the function is there', { staged, unstaged });
process.exit(String(staged) === 'true' && String(unstaged) === 'false' ? 0 : 1);
SCRIPT
node seen.mjs
