import {
  readDocumentEnvironment,
  readWorkflowEnvironment,
  type DocumentEnvironment,
  type WorkflowEnvironment,
} from '#aws/composition/environment/document-environment.ts';
import {
  readStoreEnvironment,
  type StoreEnvironment,
} from '#aws/composition/environment/storage-environment.ts';
import { requireVariable, type Variables } from '#aws/composition/environment/variables.ts';

/** The environment of functions that export or delete everything of an owner. */
export interface DataEnvironment {
  readonly conversationsTable: string;
  /** The bucket for the files of exports. */
  readonly exportsBucket: string;
  readonly dataQueue: string;
}

/** Reads the environment of exports and deletions. Throws an error that names the variable at fault. */
export function readDataEnvironment(variables: Variables): DataEnvironment {
  return {
    conversationsTable: requireVariable(variables, 'CONVERSATIONS_TABLE'),
    exportsBucket: requireVariable(variables, 'EXPORTS_BUCKET'),
    dataQueue: requireVariable(variables, 'DATA_QUEUE'),
  };
}

/** Where data of owners is stored, besides the tables. */
export type DataBuckets = Pick<DataEnvironment, 'exportsBucket'> &
  Pick<StoreEnvironment, 'answersBucket'> &
  Pick<DocumentEnvironment, 'documentsBucket' | 'limits'>;

/** The environment of the function that does the work: everywhere where something is stored. */
export interface DataWorkerEnvironment
  extends DataEnvironment, StoreEnvironment, DocumentEnvironment, WorkflowEnvironment {
  /** The table of LangChain's sessions; undefined in a deployment without it. */
  readonly historyTable: string | undefined;
  /** How often a message is delivered at most. */
  readonly maxDeliveries: number;
}

/** Reads the environment of the worker. Throws an error that names the variable at fault. */
export function readDataWorkerEnvironment(variables: Variables): DataWorkerEnvironment {
  return {
    ...readStoreEnvironment(variables),
    ...readDocumentEnvironment(variables),
    ...readWorkflowEnvironment(variables),
    ...readDataEnvironment(variables),
    historyTable: variables['HISTORY_TABLE'],
    maxDeliveries: Number(requireVariable(variables, 'MAX_DELIVERIES')),
  };
}
