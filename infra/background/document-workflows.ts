/*
 * The workflows that process documents. Their states pass only the addresses of files, never the
 * text of a document.
 */

/** Errors of Lambda itself, and errors of DynamoDB or S3 (`src/documents/failures.ts`). */
const serviceErrors = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Document.internal',
];

const serviceRetry = {
  ErrorEquals: serviceErrors,
  IntervalSeconds: 2,
  MaxAttempts: 4,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};

const lambdaRetry = {
  ...serviceRetry,
  ErrorEquals: [...serviceErrors, 'Lambda.Unknown', 'Sandbox.Timedout', 'States.Timeout'],
};

/** The process crashed. Few attempts are enough. */
const crashRetry = {
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

const catchAll = (Next: string): readonly object[] => [
  { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next },
];

/** Returns a state in which Step Functions itself calls the model. Input and output are files. */
function invokeModel(question: string, next: object, onFailure: string): object {
  return {
    Type: 'Task',
    Resource: '${InvokeModel}',
    Parameters: {
      ModelId: '${ModelId}',
      Input: { 'S3Uri.$': `${question}.request` },
      Output: { 'S3Uri.$': `${question}.answer` },
    },
    ResultPath: null,
    TimeoutSeconds: 300,
    Retry: [modelRetry],
    Catch: catchAll(onFailure),
    ...next,
  };
}

/** Returns a branch with one model call. If the call fails, the branch fails. */
function branch(StartAt: string, question: string): object {
  return {
    StartAt,
    States: {
      [StartAt]: invokeModel(question, { End: true }, `${StartAt}Failed`),
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
    Retry: [lambdaRetry, crashRetry],
    Catch: catchAll('StoreFailure'),
    ...next,
  };
}

/**
 * A process that was killed for the memory or the time that a document needs would be killed again.
 * So nothing is retried after a timeout, and once after a crash, which may have another cause.
 */
const extract = (Next: string): object => ({
  Type: 'Task',
  Resource: '${ExtractText}',
  TimeoutSeconds: 180,
  Retry: [serviceRetry, { ...crashRetry, MaxAttempts: 1 }],
  Catch: catchAll('StoreFailure'),
  Next,
});

const failureStates = {
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

/** Summarizes a document: notes on each part, then a summary of the notes. */
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
      Catch: catchAll('StoreFailure'),
      Next: 'CollectNotes',
    },
    CollectNotes: combine('collect-notes', { Next: 'GenerateSummary' }),
    GenerateSummary: invokeModel('$.summary', { Next: 'StoreSummary' }, 'StoreFailure'),
    StoreSummary: combine('store-result', { End: true }),
    ...failureStates,
  },
};

/** Finds the sentiment and the keywords of a text, in parallel. */
export const analysisPipeline = {
  StartAt: 'ExtractText',
  TimeoutSeconds: 900,
  States: {
    ExtractText: extract('AnalyzeText'),
    AnalyzeText: {
      Type: 'Parallel',
      Branches: [branch('DetectSentiment', '$.sentiment'), branch('FindKeywords', '$.keywords')],
      ResultPath: null,
      Catch: catchAll('StoreFailure'),
      Next: 'CombineResults',
    },
    CombineResults: combine('store-result', { End: true }),
    ...failureStates,
  },
};
