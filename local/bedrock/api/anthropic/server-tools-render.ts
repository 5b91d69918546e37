import type { ServerToolBlock, ServerToolOutput } from '#local/bedrock/turn/answer.ts';
import type { PlacedServerTool } from '#local/bedrock/turn/whole-answer.ts';

/** Returns a block of a server tool as a content block of Anthropic's API. */
export function toServerToolContent(block: ServerToolBlock): object {
  const id = toServerToolId(block.toolUseId);
  const caller = { type: 'direct' };
  if (block.type === 'use') {
    return { type: 'server_tool_use', id, name: block.name, input: block.input, caller };
  }
  // All kinds of tool search have one kind of result.
  const kind = block.output.type === 'tool-search' ? 'tool_search' : block.name;
  return {
    type: `${kind}_tool_result`,
    tool_use_id: id,
    content: toResult(block.name, block.output),
  };
}

/** The input of a use comes as a delta, and a result is whole in its start. */
export function serverToolMessages(
  block: ServerToolBlock,
  index: number,
): readonly { readonly type: string; readonly [member: string]: unknown }[] {
  const content = toServerToolContent(block);
  const start = { type: 'content_block_start', index };
  const stop = { type: 'content_block_stop', index };
  if (block.type === 'result') return [{ ...start, content_block: content }, stop];
  const delta = { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
  return [
    { ...start, content_block: { ...content, input: {} } },
    { type: 'content_block_delta', index, delta },
    stop,
  ];
}

/** Returns the member of usage that counts server tools, if any were used. */
export function serverToolUsage(serverTools: readonly PlacedServerTool[]): object {
  if (serverTools.length === 0) return {};
  const searches = serverTools.filter(
    ({ block }) => block.type === 'use' && block.name === 'web_search',
  );
  return { server_tool_use: { web_search_requests: searches.length, web_fetch_requests: 0 } };
}

function toResult(name: string, output: ServerToolOutput): object {
  switch (output.type) {
    case 'web-search':
      return output.pages.map(({ title, url }) => ({
        type: 'web_search_result',
        title,
        url,
        encrypted_content: Buffer.from(title).toString('base64'),
        page_age: null,
      }));
    case 'code': {
      const { exitCode, stderr, stdout } = output;
      return { type: `${name}_result`, stdout, stderr, return_code: exitCode, content: [] };
    }
    case 'tool-search': {
      const references = output.names.map((tool_name) => ({ type: 'tool_reference', tool_name }));
      return { type: 'tool_search_tool_search_result', tool_references: references };
    }
  }
}

function toServerToolId(id: string): string {
  return `srvtoolu_bdrk_${id}`;
}
