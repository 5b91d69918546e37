#!/usr/bin/env bash
# aws-cdk-lib 2.276.0: `StepFunctionsRestApi`, and `StepFunctionsIntegration.startExecution` with
# `querystring: true`, map a request by a template that gives values to `$util.escapeJavaScript`.
# API Gateway's guide says that this function puts a backslash before an apostrophe, and that JSON does
# not allow that. The template takes the backslash away from the whole input, but not from the values in
# it. So `?title=it's` makes an execution input that is no JSON, and the execution does not start.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund aws-cdk-lib@2.276.0 constructs@10.8.1 velocityjs@2.1.7
cat >seen.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { App, Stack } = require('aws-cdk-lib');
const { RestApi, StepFunctionsIntegration } = require('aws-cdk-lib/aws-apigateway');
const { Pass, StateMachine, StateMachineType, DefinitionBody } = require('aws-cdk-lib/aws-stepfunctions');
const { Template } = require('aws-cdk-lib/assertions');
const { Compile, parse } = require('velocityjs');

const stack = new Stack(new App(), 'Stack');
const machine = new StateMachine(stack, 'Machine', {
  stateMachineType: StateMachineType.EXPRESS,
  definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Pass')),
});
const integration = StepFunctionsIntegration.startExecution(machine, { querystring: true });
new RestApi(stack, 'Api').root.addMethod('GET', integration);
const methods = Template.fromStack(stack).findResources('AWS::ApiGateway::Method');
const [{ Properties }] = Object.values(methods);
const written = Properties.Integration.RequestTemplates['application/json'];
const template =
  typeof written === 'string'
    ? written
    : written['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'arn')).join('');

/** As the guide of API Gateway describes it. */
const escapeJavaScript = (text) =>
  String(text).replace(/[\\"'/]/gu, (character) => `\\${character}`).replace(/\n/gu, '\\n');
/** The methods of Java's texts and maps that the template calls. Java's `replaceAll` takes a pattern. */
const java = {
  match: ({ property, context }) =>
    typeof context === 'string' && ['length', 'replaceAll'].includes(property),
  resolve: ({ property, context, params }) =>
    property === 'length'
      ? context.length
      : context.replace(new RegExp(params[0], 'gu'), () => params[1]),
};
const map = (values) => ({ keySet: () => Object.keys(values), get: (name) => values[name] });

function inputOf(title) {
  const parameters = { header: map({}), querystring: map({ title }), path: map({}) };
  const engine = new Compile(parse(template), { customMethodHandlers: [java] });
  const rendered = engine.render({
    input: { body: '{}', params: () => parameters },
    util: { escapeJavaScript },
    context: { authorizer: map({}) },
  });
  return JSON.parse(rendered).input;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const { version } = JSON.parse(readFileSync('node_modules/aws-cdk-lib/package.json', 'utf8'));
console.log(`node ${process.versions.node}, aws-cdk-lib ${version}`);
const [plain, apostrophe] = [inputOf('it is'), inputOf("it's")];
console.log('title=it is:', plain, isJson(plain) ? 'is JSON' : 'is no JSON');
console.log("title=it's:", apostrophe, isJson(apostrophe) ? 'is JSON' : 'is no JSON');
process.exit(isJson(plain) && !isJson(apostrophe) ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: the input is JSON with an apostrophe, too.'
  exit 1
fi
