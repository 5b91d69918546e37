#!/usr/bin/env bash
# valibot 1.5.0: a schema of string values by string keys accepts a JSON array, and its output is
# an object with the indexes as keys. `v.looseObject({})` accepts the array, too. Whoever parses a
# request with it lets ["a"] through where {"name":"a"} is expected, and no later check on the
# output can tell: the output is no array any more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund valibot@1.5.0
cat >seen.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const { version } = JSON.parse(readFileSync('node_modules/valibot/package.json', 'utf8'));
const input = JSON.parse('["a","b"]');
const record = v.safeParse(v.record(v.string(), v.string()), input);
const loose = v.safeParse(v.looseObject({}), input);
console.log(`node ${process.versions.node}, valibot ${version}`);
console.log('record:', record.success, JSON.stringify(record.output));
console.log('looseObject:', loose.success, JSON.stringify(loose.output));
const isAsDescribed =
  record.success && JSON.stringify(record.output) === '{"0":"a","1":"b"}' && loose.success;
process.exit(isAsDescribed ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: an array is no longer accepted as a record.'
  exit 1
fi
