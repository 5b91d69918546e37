#!/usr/bin/env bash
# aws-sam-translator 1.110.0 (the transform behind `AWS::Serverless`): a Function URL with the literal
# `AuthType: NONE` gets the two permissions without which AWS answers 403. With `AuthType: !Ref Parameter`
# and the default NONE, the URL is the same and gets none, so every call is refused, without a word at
# the deployment. The template must add both permissions itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Packages that are installed already are used, as far as they have the right version.
python3 -m venv --system-site-packages venv
venv/bin/pip install --quiet --disable-pip-version-check aws-sam-translator==1.110.0
cat >seen.py <<'SCRIPT'
import os

os.environ['AWS_DEFAULT_REGION'] = 'us-east-1'
from samtranslator.translator.transform import transform


def permissions(auth_type):
    template = {
        'Transform': 'AWS::Serverless-2016-10-31',
        'Parameters': {'Auth': {'Type': 'String', 'Default': 'NONE'}},
        'Resources': {
            'Chat': {
                'Type': 'AWS::Serverless::Function',
                'Properties': {
                    'InlineCode': 'exports.handler = async () => ({ statusCode: 200 });',
                    'Handler': 'index.handler',
                    'Runtime': 'nodejs24.x',
                    'FunctionUrlConfig': {'AuthType': auth_type, 'InvokeMode': 'RESPONSE_STREAM'},
                },
            }
        },
    }

    class Policies:
        def load(self):
            return {}

    resources = transform(template, {}, Policies())['Resources']
    kinds = [each['Type'] for each in resources.values()]
    return kinds.count('AWS::Lambda::Url'), kinds.count('AWS::Lambda::Permission')


literal, reference = permissions('NONE'), permissions({'Ref': 'Auth'})
print('aws-sam-translator 1.110.0: URLs and permissions')
print('  AuthType: NONE       ', literal)
print('  AuthType: !Ref Auth  ', reference)
raise SystemExit(0 if (literal, reference) == ((1, 2), (1, 0)) else 1)
SCRIPT
venv/bin/python seen.py
