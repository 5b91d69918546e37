import { expect, test } from 'vitest';
import { readDynamoBody } from '#local/dynamodb/request-body.ts';

const read = (text: string): string | undefined => readDynamoBody(Buffer.from(text))?.toString();

test.each([
  ['{"a":1,"b":null,"c":{"d":null,"e":[{"f":null}]}}', '{"a":1,"c":{"e":[{}]}}'],
  ['{"a":{"NULL":true},"b":{"S":"null"}}', '{"a":{"NULL":true},"b":{"S":"null"}}'],
  ['{"a":null', '{"a":null'],
  ['', ''],
])('members that are null are absent: %s', (body, expected) => {
  expect(read(body)).toBe(expected);
});

test.each(['null', '[null]', '{"a":[null]}', '{"a":{"L":[[1,null]]}}'])(
  'a body is refused: %s',
  (body) => {
    expect(read(body)).toBeUndefined();
  },
);
