import { expect, test } from 'vitest';
import { readParameters } from './parameters.ts';

const stored = new Map([['/shop/table', 'orders']]);
const lookups = { parameter: (name: string) => stored.get(name), secret: () => undefined };

const declared = {
  Plain: { Type: 'String', Default: 'a' },
  List: { Type: 'CommaDelimitedList', Default: 'a, b' },
  Found: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shop/table' },
  Missing: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' },
  Unset: { Type: 'String' },
};

test('a parameter is described as CloudFormation does, whether or not its value is found', () => {
  const parameters = readParameters(declared, {}, lookups);
  expect(Object.keys(declared).map((name) => parameters.describe(name))).toEqual([
    { ParameterKey: 'Plain', ParameterValue: 'a' },
    { ParameterKey: 'List', ParameterValue: 'a,b' },
    { ParameterKey: 'Found', ParameterValue: '/shop/table', ResolvedValue: 'orders' },
    { ParameterKey: 'Missing', ParameterValue: '/cdk-bootstrap/version' },
    { ParameterKey: 'Unset', ParameterValue: '' },
  ]);
});

test('a value that is not found is an error where it is used', () => {
  const parameters = readParameters(declared, {}, lookups);
  expect(parameters.get('Found')).toBe('orders');
  expect(() => parameters.get('Missing')).toThrow('--parameter ssm:/cdk-bootstrap/version=VALUE');
});
