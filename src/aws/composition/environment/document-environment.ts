import {
  type LedgerEnvironment,
  readLedgerEnvironment,
} from '#aws/composition/environment/storage-environment.ts';
import { type Variables, requireVariable } from '#aws/composition/environment/variables.ts';

/** The environment of functions that handle documents. */
export interface DocumentEnvironment extends LedgerEnvironment {
  readonly documentsBucket: string;
  /** The model that reads documents. */
  readonly documentModel: string;
}

/** Reads the environment of documents. Throws an error that names the variable at fault. */
export function readDocumentEnvironment(variables: Variables): DocumentEnvironment {
  return {
    ...readLedgerEnvironment(variables),
    documentsBucket: requireVariable(variables, 'DOCUMENTS_BUCKET'),
    documentModel: requireVariable(variables, 'DOCUMENT_MODEL'),
  };
}

/** The environment of functions that start or describe workflows. */
export interface WorkflowEnvironment {
  /** The ARNs of the state machines. */
  readonly machines: { readonly summary: string; readonly analysis: string };
}

/** Reads the state machines of the workflows. Throws an error that names the variable at fault. */
export function readWorkflowEnvironment(variables: Variables): WorkflowEnvironment {
  const summary = requireVariable(variables, 'DOCUMENT_PIPELINE');
  return { machines: { summary, analysis: requireVariable(variables, 'ANALYSIS_PIPELINE') } };
}

/** Reads the URL of the queue of uploads. Throws an error that names the variable. */
export function readUploadQueue(variables: Variables): string {
  return requireVariable(variables, 'UPLOAD_QUEUE');
}
