import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { ChatError } from '#domain/errors.ts';

/** A part of a turn that waits for something outside the function. */
export type Operation =
  /** One attempt. `knowledgeBase` is what the service searches before the model answers. */
  | { readonly type: 'model-call'; readonly modelId: string; readonly knowledgeBase?: string }
  | { readonly type: 'agent-call'; readonly agent: string }
  | { readonly type: 'tool-call'; readonly tool: string; readonly toolUseId: string }
  | { readonly type: 'retrieval'; readonly knowledgeBase: string }
  | { readonly type: 'table-write'; readonly write: TableWrite };

/** What a turn writes to the table. */
export type TableWrite =
  | 'begin'
  | 'append'
  | 'finish'
  | 'summarize'
  | 'retitle'
  | 'reserve'
  | 'settle';

/** Is informed of one operation. Its functions never throw. */
export interface OperationObserver {
  /** Called with each event of an operation that streams. */
  onEvent(event: StreamEvent): void;
  /** Called once at the end, with the error if the operation failed. */
  onEnd(error?: ChatError): void;
}

/** Is informed of the operations of a turn. */
export interface OperationListener {
  /** Called when an operation begins. Absent if operations are not observed, which costs nothing. */
  readonly onOperation?: ((operation: Operation) => OperationObserver) | undefined;
}
