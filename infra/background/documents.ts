import { ArnFormat, Aws, Duration, type Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { acknowledge } from '#infra/acknowledge.ts';
import { analysisPipeline, documentPipeline } from '#infra/background/document-workflows.ts';
import { DocumentsBucket } from '#infra/storage/documents-bucket.ts';
import type { Foundation } from '#infra/foundation.ts';
import { modelAccess } from '#infra/functions/model-access.ts';
import { addQueue } from '#infra/background/queue-with-dead-letters.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

export interface DocumentParts {
  /** The function of the REST API. */
  readonly api: StreambedFunction;
  readonly bucket: DocumentsBucket;
  /** The ARNs of all executions of the workflows. */
  readonly executions: readonly string[];
  /** What a function needs to describe documents and their workflows. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Adds the bucket for documents, the two workflows that an upload can start, and their functions. */
export function addDocuments(foundation: Foundation): DocumentParts {
  const { stack, props, origins, table, limitsEnv } = foundation;
  const bucket = new DocumentsBucket(stack, 'Documents', origins);
  const uploads = addQueue(stack, 'Uploads', {
    visibility: Duration.minutes(3),
    maxReceiveCount: 5,
  });
  bucket.notifyOfUploads(uploads, stack.account);
  const stepEnv = {
    ...limitsEnv,
    DOCUMENTS_BUCKET: bucket.bucketName,
    DOCUMENT_MODEL: props.documentModel,
  };
  const machines = addMachines(foundation, bucket, stepEnv);
  const arns = Object.values(machines).map(({ attrArn }) => attrArn);
  const environment = {
    ...stepEnv,
    DOCUMENT_PIPELINE: machines.document.attrArn,
    ANALYSIS_PIPELINE: machines.analysis.attrArn,
  };
  const executions = Object.values(machines).map(({ attrName }) =>
    stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${attrName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
  const starter = addStarter(foundation, uploads, environment);
  bucket.grantDeleteUploads(starter.role);
  starter.role.addToPolicy(
    new PolicyStatement({ actions: ['states:StartExecution'], resources: arns }),
  );
  const timeout = Duration.seconds(29);
  const bundle = 'documents';
  const api = new StreambedFunction(stack, 'DocumentsFunction', { bundle, timeout, environment });
  table.grantItems(api.role);
  table.grantItemRemoval(api.role);
  bucket.grantUpload(api.role);
  bucket.grantDeletion(api.role);
  api.role.addToPolicy(describeExecutions(executions));
  for (const { node } of Object.values(machines)) {
    const execution = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${node.id}.Name>:*`;
    acknowledge(stack, {
      [`IAM5[Resource::${execution}]`]: 'Each document has an execution of its own.',
    });
  }
  return { api, bucket, executions, environment };
}

/** Allows reading the state of executions. */
export function describeExecutions(executions: readonly string[]): PolicyStatement {
  const actions = ['states:DescribeExecution', 'states:GetExecutionHistory'];
  return new PolicyStatement({ actions, resources: [...executions] });
}

/** Adds the function that starts the workflow of each uploaded document. */
function addStarter(
  { stack, table }: Foundation,
  uploads: Queue,
  environment: Readonly<Record<string, string>>,
): StreambedFunction {
  const starter = new StreambedFunction(stack, 'UploadWorkerFunction', {
    bundle: 'upload-worker',
    timeout: Duration.seconds(30),
    environment: { ...environment, UPLOAD_QUEUE: uploads.queueUrl },
  });
  table.grantItems(starter.role);
  const batches = { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: 5 };
  starter.addEventSource(new SqsEventSource(uploads, batches));
  return starter;
}

function addMachines(
  { stack, props, table }: Foundation,
  bucket: DocumentsBucket,
  environment: Readonly<Record<string, string>>,
): { readonly document: CfnStateMachine; readonly analysis: CfnStateMachine } {
  const extract = new StreambedFunction(stack, 'ExtractTextFunction', {
    bundle: 'extract-text',
    timeout: Duration.minutes(2),
    environment,
    // A whole CPU, because reading a PDF is computation.
    memorySize: 1_769,
  });
  const combine = new StreambedFunction(stack, 'CombineResultsFunction', {
    bundle: 'combine-results',
    timeout: Duration.minutes(1),
    environment,
  });
  for (const { role } of [extract, combine]) table.grantItems(role);
  bucket.grantExtraction(extract.role);
  bucket.grantWorkFiles(combine.role);
  const role = addWorkflowsRole(stack, bucket, [extract, combine]);
  modelAccess(stack, [props.documentModel], { actions: ['InvokeModel'] }).forEach((statement) =>
    role.addToPolicy(statement),
  );
  const definitionSubstitutions = {
    InvokeModel: `arn:${Aws.PARTITION}:states:::bedrock:invokeModel`,
    ModelId: props.documentModel,
    ExtractText: extract.functionArn,
    CombineResults: combine.functionArn,
  };
  const add = (id: string, definition: object): CfnStateMachine => {
    const machine = new CfnStateMachine(stack, id, {
      definition,
      definitionSubstitutions,
      roleArn: role.roleArn,
      stateMachineType: 'STANDARD',
    });
    machine.node.addDependency(role);
    acknowledge(machine, {
      SF1: 'Logs of workflows are an option: workflowLogs.',
      SF2: 'The history of an execution has the times of its steps.',
    });
    return machine;
  };
  return {
    document: add('DocumentPipeline', documentPipeline),
    analysis: add('AnalysisPipeline', analysisPipeline),
  };
}

/** Adds the role of both workflows, which may run their steps and read and write work files. */
function addWorkflowsRole(
  stack: Stack,
  bucket: DocumentsBucket,
  steps: readonly StreambedFunction[],
): Role {
  const role = new Role(stack, 'DocumentWorkflowsRole', {
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
  });
  for (const step of steps) {
    step.grantInvoke(role);
    acknowledge(role, {
      [`IAM5[Resource::<${step.node.id}.Arn>:*]`]: 'The versions of one function.',
    });
  }
  bucket.grantWorkFiles(role);
  return role;
}
