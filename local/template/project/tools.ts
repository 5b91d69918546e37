/** The template that `osls package` and `serverless package` leave in their folder. */
export const serverlessTemplate = 'cloudformation-template-update-stack.json';

/** A tool that deploys projects, and what it leaves in a project's folder. */
export interface Tool {
  /** What a project of it is, as in "a CDK project". */
  readonly title: string;
  /** The files, of which a project has one. */
  readonly sources: readonly string[];
  /** The folder that it leaves. */
  readonly output: string;
  /** The file in that folder which is written last. */
  readonly template: string;
  /** What is hosted: that file, or the whole folder. */
  readonly hosts: 'template' | 'output';
  /** The command that makes the output. */
  readonly command: string;
  /** What to know before it is typed. */
  readonly caution?: string;
  /** The folder of the sources that are newer than the output if the output is outdated. */
  readonly sourceFolder: string;
}

/** SAM's own template can be hosted without a build. */
export const sam: Tool = {
  title: 'a SAM or CloudFormation project',
  sources: ['template.yaml', 'template.yml', 'template.json'],
  output: '.aws-sam/build',
  template: 'template.yaml',
  hosts: 'template',
  command: 'sam build',
  sourceFolder: '.',
};

/** The tools whose projects are recognized. */
export const tools: readonly Tool[] = [
  {
    title: 'a Serverless Framework project',
    sources: ['yml', 'yaml', 'json', 'ts', 'js', 'cjs', 'mjs'].map((type) => `serverless.${type}`),
    output: '.serverless',
    template: serverlessTemplate,
    hosts: 'template',
    command: 'osls package',
    sourceFolder: '.',
  },
  sam,
  {
    title: 'an Amplify Gen2 project',
    sources: ['ts', 'mts', 'js', 'mjs'].map((type) => `amplify/backend.${type}`),
    output: '.amplify/artifacts/cdk.out',
    template: 'manifest.json',
    hosts: 'output',
    command: 'npx ampx sandbox --once',
    caution: ', which deploys to an AWS account; docs/local-host.md has a command that does not',
    sourceFolder: 'amplify',
  },
  {
    title: 'a CDK project',
    sources: ['cdk.json'],
    output: 'cdk.out',
    template: 'manifest.json',
    hosts: 'output',
    command: 'npx cdk synth',
    sourceFolder: '.',
  },
];
