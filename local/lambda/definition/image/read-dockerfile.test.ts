import { expect, test } from 'vitest';
import { readDockerfile } from '#local/lambda/definition/image/read-dockerfile.ts';

const text = `
# syntax=docker/dockerfile:1
FROM node:24-slim AS base
ENV A=1 B="two words"
ENV C three words
FROM base AS build
RUN npm ci && \\
  npm run build
FROM base
COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter
COPY package*.json \\
  index.js ./
ADD ["src", "/app"]
RUN npm ci --omit=dev
CMD exec node \${FILE}
CMD ["node", "index.js"]
`;

test('a stage has what it begins with, and the last of several commands', () => {
  expect(readDockerfile(text)).toEqual({
    base: 'node:24-slim',
    environment: { A: '1', B: 'two words', C: 'three words' },
    copies: [
      {
        from: 'public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1',
        sources: ['/lambda-adapter'],
      },
      { from: undefined, sources: ['package*.json', 'index.js'] },
      { from: undefined, sources: ['src'] },
    ],
    entryPoint: undefined,
    command: { type: 'words', words: ['node', 'index.js'] },
    runs: ['npm ci --omit=dev'],
  });
});

test('a stage is read by its name', () => {
  expect(readDockerfile(text, 'build')).toMatchObject({ base: 'node:24-slim', copies: [] });
  expect(() => readDockerfile(text, 'other')).toThrow('has no stage other');
  expect(() => readDockerfile('')).toThrow('has no stage with FROM');
});

test('a command is a line, unless it is a list', () => {
  expect(readDockerfile('FROM a\nENTRYPOINT []\nCMD exec node a.js')).toMatchObject({
    entryPoint: undefined,
    command: { type: 'line', line: 'exec node a.js' },
  });
});
