import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { readThinking } from '#local/bedrock/model/reasoning-request.ts';
import { refusal, type ModelRule, type RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import { nativeType, placedBlocks, type PlacedBlock } from '#local/bedrock/rules/content/places.ts';
import { isEncrypted, isSigned } from '#local/bedrock/turn/reasoning-signature.ts';
import type { ReasoningBlock } from '#local/bedrock/turn/turn.ts';

/** The rules about reasoning that comes back with the conversation. */

export const reasoningField: ModelRule = {
  name: 'reasoning-signature-field',
  summary:
    'A signature of reasoning, for a model that takes none: send the reasoning without it, or leave it out.',
  sources: [
    'https://github.com/earendil-works/pi/issues/727',
    'https://github.com/laravel/ai/pull/785',
    'https://github.com/maximhq/bifrost/pull/6942',
  ],
  checked: '2026-11-30',
  check(request) {
    if (request.asked.api !== 'converse' || request.model.traits.acceptsSignature) return;
    if (!reasoningIn(request).some(({ block }) => block.signature !== undefined)) return;
    throw invalid(
      "This model doesn't support the reasoningContent.reasoningText.signature field. " +
        'Remove reasoningContent.reasoningText.signature and try again.',
    );
  },
};

export const reasoningSupport: ModelRule = {
  name: 'reasoning-support',
  summary:
    'Reasoning in the history, for a model that takes none back: leave it out. The words name user ' +
    'messages, although the reasoning is in one of the assistant.',
  sources: [
    'https://github.com/vercel/ai/pull/17591',
    'https://github.com/langchain-ai/langchain-aws/issues/401',
    'https://github.com/can1357/oh-my-pi/pull/9086',
  ],
  checked: '2026-11-30',
  check(request) {
    const { asked, model } = request;
    if (model.traits.takesReasoning) return;
    const [first] = reasoningIn(request);
    if (first === undefined) return;
    if (asked.api === 'converse') throw invalid(reasoningInUserMessage);
    if (model.traits.nativeSchema !== 'nova') return;
    throw invalid(
      `Malformed input request: #/messages/${first.message}/content/${first.position}: extraneous ` +
        'key [reasoningContent] is not permitted, please reformat your input and try again.',
    );
  },
};

/** Converse also says this of reasoning that really is in a message of the user. */
export const reasoningInUserMessage =
  'User messages cannot contain reasoning content. Please remove the reasoning content and try again.';

export const reasoningSignature: ModelRule = {
  name: 'reasoning-signature',
  summary:
    'Reasoning without the signature that the model gave it, or with another one: send it back as ' +
    'it came, or leave it out. A signature of AWS itself cannot be verified here, so it is accepted ' +
    'if it has the form of one.',
  sources: [
    'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningTextBlock.html',
    'https://github.com/earendil-works/pi/issues/2063',
    'https://github.com/can1357/oh-my-pi/pull/10486',
    'https://github.com/openclaw/openclaw/issues/88020',
  ],
  checked: '2026-11-30',
  check(request) {
    if (!request.model.traits.signsReasoning) return;
    for (const { block, path } of reasoningIn(request)) {
      const { redacted, signature, text } = block;
      if (redacted !== undefined) {
        if (isEncrypted(redacted)) continue;
        throw refusal(request, `${path}: Invalid \`data\` in \`redacted_thinking\` block`);
      }
      // Converse leaves an empty signature out when it asks the model.
      const isMissing = signature === '' && request.asked.api === 'converse';
      if (signature === undefined || isMissing) {
        throw refusal(request, `${path}.thinking.signature: Field required`);
      }
      if (!isSigned(text, signature)) {
        throw refusal(request, `${path}: Invalid \`signature\` in \`thinking\` block`);
      }
    }
  },
};

export const reasoningFirst: ModelRule = {
  name: 'reasoning-first',
  summary:
    'With `thinking.type: enabled`, an answer that used tools must begin with its reasoning: send ' +
    'the reasoning back before its tool uses. Models with `adaptive` do not require it.',
  sources: [
    'https://github.com/langchain-ai/langchain-aws/issues/844',
    'https://github.com/RooCodeInc/Roo-Code/pull/11238',
    'https://github.com/anomalyco/opencode/issues/3077',
    'https://github.com/aws/bedrock-agentcore-sdk-python/pull/419',
    'https://github.com/pydantic/pydantic-ai/issues/5304',
  ],
  checked: '2026-11-30',
  check(request) {
    const { thinking } = request.model.traits;
    if (thinking === undefined || thinking.adaptive || !isThinkingEnabled(request)) return;
    const blocks = placedBlocks(request).filter(({ position }) => position === 0);
    const first = blocks.find(({ message }) => message === startOfToolUse(request));
    if (first !== undefined && first.block.type !== 'reasoning') {
      throw refusal(request, expectedThinking(first));
    }
    const withReasoning = new Set(reasoningIn(request).map(({ message }) => message));
    const other = blocks.find(
      ({ block, message }) => withReasoning.has(message) && block.type !== 'reasoning',
    );
    if (other === undefined) return;
    throw refusal(
      request,
      `${other.path}: If an assistant message contains any thinking blocks, the first block must ` +
        `be \`thinking\` or \`redacted_thinking\`. Found \`${nativeType(other.block)}\`.`,
    );
  },
};

export const reasoningLast: ModelRule = {
  name: 'reasoning-last',
  summary: 'A message of the assistant that ends with its reasoning: leave the message out.',
  sources: [
    'https://github.com/tailcallhq/forgecode/issues/2107',
    'https://github.com/NousResearch/hermes-agent/issues/105780',
  ],
  checked: '2026-11-30',
  check(request) {
    if (!request.model.traits.signsReasoning) return;
    for (const [index, { content }] of request.messages.entries()) {
      const last = content.findLast(({ type }) => type !== 'cache-point');
      if (last?.type !== 'reasoning') continue;
      throw refusal(
        request,
        `messages.${index}: The final block in an assistant message cannot be \`${nativeType(last)}\`.`,
      );
    }
  },
};

export const reasoningDisabled: ModelRule = {
  name: 'reasoning-disabled',
  summary: 'Reasoning in the last message of the assistant, while thinking is disabled.',
  sources: [
    'https://github.com/tailcallhq/forgecode/issues/1853',
    'https://platform.claude.com/docs/en/build-with-claude/extended-thinking',
  ],
  checked: '2026-11-30',
  isOff:
    'Reports of 2025 have the refusal. The documentation says that such reasoning is ignored, and ' +
    'clients send it.',
  check(request) {
    if (!request.model.traits.signsReasoning || isThinkingEnabled(request)) return;
    const index = startOfToolUse(request);
    const found = reasoningIn(request).find(({ message }) => message === index);
    if (found === undefined) return;
    throw refusal(
      request,
      `${found.path}: When thinking is disabled, an \`assistant\` message in the final position ` +
        'cannot contain `thinking`. To use thinking blocks, enable `thinking` in your request.',
    );
  },
};

interface PlacedReasoning extends PlacedBlock {
  readonly block: ReasoningBlock;
}

function reasoningIn(request: RuledRequest): readonly PlacedReasoning[] {
  return placedBlocks(request).flatMap(({ block, ...place }) =>
    block.type === 'reasoning' ? [{ block, ...place }] : [],
  );
}

function isThinkingEnabled({ asked }: RuledRequest): boolean {
  return readThinking(asked.fields)?.['type'] === 'enabled';
}

/**
 * Returns the index of the message with which the assistant began what it has not finished: uses of
 * tools up to the end of the conversation, or the start of an answer.
 */
function startOfToolUse({ messages }: RuledRequest): number | undefined {
  const hasResult = (index: number): boolean =>
    messages[index]?.content.some(({ type }) => type === 'tool-result') === true;
  let start = messages.findLastIndex(({ role }) => role === 'assistant');
  if (start === -1 || (start + 1 < messages.length && !hasResult(start + 1))) return undefined;
  while (start > 1 && hasResult(start - 1)) start -= 2;
  return start;
}

function expectedThinking({ block, path }: PlacedBlock): string {
  return (
    `${path}.type: Expected \`thinking\` or \`redacted_thinking\`, but found ` +
    `\`${nativeType(block)}\`. When \`thinking\` is enabled, a final \`assistant\` message must ` +
    'start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` ' +
    'blocks). We recommend you include thinking blocks from previous turns. To avoid this ' +
    'requirement, disable `thinking`. Please consult our documentation at ' +
    'https://docs.claude.com/en/docs/build-with-claude/extended-thinking'
  );
}
