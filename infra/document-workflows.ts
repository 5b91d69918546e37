/** Words of documents are in files: what goes from state to state are their addresses. */

const lambdaRetry = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'Lambda.Unknown',
    'Sandbox.Timedout',
    'States.Timeout',
    // A fault of a table or a bucket, as `src/documents/failures.ts` has it.
    'Document.internal',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 4,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};

/** A process that died: out of memory, more often than not, so that few tries are enough. */
const deathRetry = {
  ErrorEquals: ['Runtime.ExitError', 'Runtime.Unknown'],
  IntervalSeconds: 2,
  MaxAttempts: 2,
  BackoffRate: 2,
};

const modelRetry = {
  ErrorEquals: [
    'Bedrock.ThrottlingException',
    'Bedrock.ServiceUnavailableException',
    'Bedrock.ModelNotReadyException',
    'Bedrock.ModelTimeoutException',
    'Bedrock.InternalServerException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

const caught = (Next: string): readonly object[] => [
  { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next },
];

/** A question in a file, put to the model by Step Functions itself; the answer goes to a file. */
function ask(question: string, next: object, onFailure: string): object {
  return {
    Type: 'Task',
    Resource: 'arn:${Partition}:states:::bedrock:invokeModel',
    Parameters: {
      ModelId: '${ModelId}',
      Input: { 'S3Uri.$': `${question}.request` },
      Output: { 'S3Uri.$': `${question}.answer` },
    },
    ResultPath: null,
    TimeoutSeconds: 300,
    Retry: [modelRetry],
    Catch: caught(onFailure),
    ...next,
  };
}

/** A question within a branch, whose failure is the branch's. */
function branch(StartAt: string, question: string): object {
  return {
    StartAt,
    States: {
      [StartAt]: ask(question, { End: true }, `${StartAt}Failed`),
      [`${StartAt}Failed`]: {
        Type: 'Fail',
        ErrorPath: '$.failure.Error',
        CausePath: '$.failure.Cause',
      },
    },
  };
}

function combine(step: string, next: object): object {
  return {
    Type: 'Task',
    Resource: '${CombineResults}',
    Parameters: { step, 'state.$': '$' },
    TimeoutSeconds: 120,
    Retry: [lambdaRetry, deathRetry],
    Catch: caught('StoreFailure'),
    ...next,
  };
}

const extract = (Next: string): object => ({
  Type: 'Task',
  Resource: '${ExtractText}',
  TimeoutSeconds: 180,
  Retry: [lambdaRetry, deathRetry],
  Catch: caught('StoreFailure'),
  Next,
});

const failing = {
  StoreFailure: {
    Type: 'Task',
    Resource: '${CombineResults}',
    Parameters: { step: 'store-failure', 'state.$': '$', 'failure.$': '$.failure' },
    ResultPath: null,
    TimeoutSeconds: 120,
    Retry: [{ ...lambdaRetry, ErrorEquals: ['States.ALL'] }],
    Next: 'Failed',
  },
  Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
};

/** A document's summary: notes on each of its parts, and what they come to. */
export const documentPipeline = {
  StartAt: 'ExtractText',
  TimeoutSeconds: 1_800,
  States: {
    ExtractText: extract('AnalyzeContent'),
    AnalyzeContent: {
      Type: 'Map',
      ItemsPath: '$.parts',
      MaxConcurrency: 3,
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...branch('AnalyzePart', '$') },
      ResultPath: null,
      Catch: caught('StoreFailure'),
      Next: 'CollectNotes',
    },
    CollectNotes: combine('collect-notes', { Next: 'GenerateSummary' }),
    GenerateSummary: ask('$.summary', { Next: 'StoreSummary' }, 'StoreFailure'),
    StoreSummary: combine('store-result', { End: true }),
    ...failing,
  },
};

/** A text's sentiment and keywords, found at the same time. */
export const analysisPipeline = {
  StartAt: 'ExtractText',
  TimeoutSeconds: 900,
  States: {
    ExtractText: extract('AnalyzeText'),
    AnalyzeText: {
      Type: 'Parallel',
      Branches: [branch('DetectSentiment', '$.sentiment'), branch('FindKeywords', '$.keywords')],
      ResultPath: null,
      Catch: caught('StoreFailure'),
      Next: 'CombineResults',
    },
    CombineResults: combine('store-result', { End: true }),
    ...failing,
  },
};
