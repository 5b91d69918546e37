import type { JsonSchema } from '#local/bedrock/model/json-schema.ts';

/** A tool that Anthropic defines: requests name its type and give no schema. */
export interface DefinedTool {
  readonly name: string;
  readonly description: string;
  /** The schema of its input, as Anthropic documents it. Server tools have none here. */
  readonly inputSchema?: JsonSchema;
  /** The members that a request must give. */
  readonly required?: readonly ('display_width_px' | 'display_height_px')[];
  /** The beta that a request must name, as Anthropic documents it. */
  readonly beta?: string;
  /** Where the tool is known. Bedrock's InvokeModel and Converse refuse web search and code. */
  readonly isAnthropicOnly?: boolean;
}

function schema(properties: object, ...required: readonly string[]): JsonSchema {
  return { type: 'object', properties, required };
}

const bash: DefinedTool = {
  name: 'bash',
  description: 'Runs a shell command in a terminal.',
  inputSchema: schema({ command: { type: 'string' } }, 'command'),
};

// The simulated model views files, takes screenshots and lists memories. The other commands of these
// tools need more members, which it could not fill sensibly.
const editor = {
  description: 'Views and edits text files.',
  inputSchema: schema(
    { command: { type: 'string', enum: ['view'] }, path: { type: 'string' } },
    'command',
    'path',
  ),
};

const memory: DefinedTool = {
  name: 'memory',
  description: 'Remembers facts in files under /memories.',
  inputSchema: schema(
    {
      command: { type: 'string', enum: ['view'] },
      path: { type: 'string', enum: ['/memories'] },
    },
    'command',
    'path',
  ),
};

function computer(beta: string): DefinedTool {
  return {
    name: 'computer',
    description: 'Looks at the screen of a computer, and uses its mouse and keyboard.',
    inputSchema: schema({ action: { type: 'string', enum: ['screenshot'] } }, 'action'),
    required: ['display_width_px', 'display_height_px'],
    beta,
  };
}

function search(name: string): DefinedTool {
  return { name, description: 'Finds tools that are not loaded yet.' };
}

const webSearch: DefinedTool = {
  name: 'web_search',
  description: 'Searches the web.',
  isAnthropicOnly: true,
};

const codeExecution: DefinedTool = {
  name: 'code_execution',
  description: 'Runs code.',
  isAnthropicOnly: true,
};

/**
 * The tools by type. Those of Bedrock are the ones that its own refusal lists (claude-code#61624,
 * May 2026); anthropic-sdk-python#948 reports the refusal of web search on Bedrock.
 */
export const definedTools: Readonly<Record<string, DefinedTool>> = {
  bash_20250124: bash,
  code_execution_20250522: codeExecution,
  code_execution_20250825: codeExecution,
  code_execution_20260120: codeExecution,
  code_execution_20260521: codeExecution,
  computer_20250124: computer('computer-use-2025-01-24'),
  computer_20251124: computer('computer-use-2025-11-24'),
  memory_20250818: memory,
  text_editor_20250124: { ...editor, name: 'str_replace_editor' },
  text_editor_20250429: { ...editor, name: 'str_replace_based_edit_tool' },
  text_editor_20250728: { ...editor, name: 'str_replace_based_edit_tool' },
  tool_search_tool_bm25: search('tool_search_tool_bm25'),
  tool_search_tool_bm25_20251119: search('tool_search_tool_bm25'),
  tool_search_tool_regex: search('tool_search_tool_regex'),
  tool_search_tool_regex_20251119: search('tool_search_tool_regex'),
  web_search_20250305: webSearch,
  web_search_20260209: webSearch,
  web_search_20260318: webSearch,
};
