import { ArnFormat, Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { analysisPipeline, documentPipeline } from '#infra/document-workflows.ts';
import { DocumentsBucket } from '#infra/storage/documents-bucket.ts';
import type { Foundation } from '#infra/foundation.ts';
import { modelAccess } from '#infra/functions/model-access.ts';
import { addQueue } from '#infra/queue-with-dead-letters.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** Documents: a door, a bucket, and two workflows that begin with what is put into it. */
export function addDocuments(foundation: Foundation): StreambedFunction {
  const { stack, props, table, spending } = foundation;
  const bucket = new DocumentsBucket(stack, 'Documents', props.allowedOrigins);
  const uploads = addQueue(stack, 'Uploads', {
    visibility: Duration.minutes(3),
    maxReceiveCount: 5,
  });
  bucket.tellUploads(uploads, stack.account);
  const working = {
    ...spending,
    DOCUMENTS_BUCKET: bucket.bucketName,
    DOCUMENT_MODEL: props.documentModel,
  };
  const machines = addMachines(foundation, { bucket, working });
  const arns = Object.values(machines).map(({ attrArn }) => attrArn);
  const environment = {
    ...working,
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
  const starter = addStarter(foundation, { environment, uploads });
  bucket.grantRefusal(starter.role);
  starter.role.addToPolicy(
    new PolicyStatement({ actions: ['states:StartExecution'], resources: arns }),
  );
  const door = new StreambedFunction(stack, 'DocumentsFunction', {
    bundle: 'documents',
    timeout: Duration.seconds(29),
    environment,
  });
  table.grantItems(door.role);
  bucket.grantBringing(door.role);
  const actions = ['states:DescribeExecution', 'states:GetExecutionHistory'];
  door.role.addToPolicy(new PolicyStatement({ actions, resources: executions }));
  return door;
}

interface Starting {
  readonly environment: Record<string, string>;
  readonly uploads: Queue;
}

/** Starts the workflow of each document that was uploaded. */
function addStarter(
  { stack, table }: Foundation,
  { environment, uploads }: Starting,
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

interface Workroom {
  readonly bucket: DocumentsBucket;
  readonly working: Readonly<Record<string, string>>;
}

function addMachines(
  { stack, props, table }: Foundation,
  { bucket, working }: Workroom,
): { readonly document: CfnStateMachine; readonly analysis: CfnStateMachine } {
  const extract = new StreambedFunction(stack, 'ExtractTextFunction', {
    bundle: 'extract-text',
    timeout: Duration.minutes(2),
    environment: working,
    memorySize: 1_024,
  });
  const combine = new StreambedFunction(stack, 'CombineResultsFunction', {
    bundle: 'combine-results',
    timeout: Duration.minutes(1),
    environment: working,
  });
  for (const { role } of [extract, combine]) table.grantItems(role);
  bucket.grantReading(extract.role);
  bucket.grantWork(combine.role);
  const role = new Role(stack, 'DocumentWorkflowsRole', {
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
  });
  for (const step of [extract, combine]) step.grantInvoke(role);
  bucket.grantWork(role);
  modelAccess(stack, [props.documentModel], { actions: ['InvokeModel'] }).forEach((statement) =>
    role.addToPolicy(statement),
  );
  const add = (id: string, definition: object): CfnStateMachine => {
    const machine = new CfnStateMachine(stack, id, {
      definition,
      roleArn: role.roleArn,
      stateMachineType: 'STANDARD',
      definitionSubstitutions: {
        Partition: Aws.PARTITION,
        ModelId: props.documentModel,
        ExtractText: extract.functionArn,
        CombineResults: combine.functionArn,
      },
    });
    machine.node.addDependency(role);
    return machine;
  };
  return {
    document: add('DocumentPipeline', documentPipeline),
    analysis: add('AnalysisPipeline', analysisPipeline),
  };
}
