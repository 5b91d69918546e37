import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelRule, RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import type { DocumentBlock, TurnBlock } from '#local/bedrock/turn/turn.ts';

/** The rules about documents. Converse has them for all models, and only Converse has them. */

const checked = '2026-11-30';
const measured = [
  'https://github.com/aws-samples/generative-ai-use-cases/issues/1671',
  'https://github.com/aws-samples/generative-ai-use-cases/issues/1685',
  'https://github.com/vercel/ai/issues/20365',
  'https://github.com/strands-agents/harness-sdk/issues/3019',
];

export const documentNames: ModelRule = {
  name: 'document-names',
  summary:
    'Names of documents with other characters than the letters and digits of ASCII, `_`, `-`, `()`, ' +
    '`[]` and single spaces: rename the document. The words do not list the underscore, which is ' +
    'taken, and say white space, of which tabs and full-width spaces are not.',
  sources: measured,
  checked,
  check(request) {
    if (documentsIn(request).every(hasValidName)) return;
    throw invalid(
      'The document file name can only contain alphanumeric characters, whitespace characters, ' +
        "hyphens, parentheses, and square brackets. The name can't contain more than one " +
        'consecutive whitespace character. Check that the file name conforms to these ' +
        'restrictions and retry your request.',
    );
  },
};

function hasValidName({ name }: DocumentBlock): boolean {
  return /^[\w\-()[\] ]+$/u.test(name) && !name.includes('  ');
}

export const documentsTwice: ModelRule = {
  name: 'document-names-twice',
  summary:
    'Two documents of one name anywhere in the conversation, results of tools included: rename one.',
  sources: [...measured, 'https://github.com/BerriAI/litellm/issues/29418'],
  checked,
  check(request) {
    const names = documentsIn(request).map(({ name }) => name);
    if (new Set(names).size === names.length) return;
    throw invalid(
      "Messages can't contain duplicate document names. Rename the document and retry your request.",
    );
  },
};

export const documentCount: ModelRule = {
  name: 'document-count',
  summary: 'More than five documents in a request: send fewer.',
  sources: [
    'https://docs.aws.amazon.com/bedrock/latest/userguide/inference-api-restrictions.html',
    'https://github.com/aws-samples/generative-ai-use-cases/issues/1685',
  ],
  checked,
  check(request) {
    if (documentsIn(request).length <= 5) return;
    throw invalid("You can't include more than 5 documents in a request.");
  },
};

export const documentSize: ModelRule = {
  name: 'document-size',
  summary:
    'A document of more than 4.5 MB: split it. Claude takes larger PDFs, and Nova larger PDF and ' +
    'DOCX files. The words are not known.',
  sources: ['https://docs.aws.amazon.com/bedrock/latest/userguide/inference-api-restrictions.html'],
  checked,
  check(request) {
    const { largeDocuments } = request.model.traits;
    const isTooLarge = ({ bytes, format }: DocumentBlock): boolean =>
      bytes.length > 4.5 * 1024 * 1024 && !largeDocuments.includes(format);
    if (!documentsIn(request).some(isTooLarge)) return;
    throw invalid('The document exceeds the maximum size of 4.5 MB.');
  },
};

export const documentText: ModelRule = {
  name: 'document-text',
  summary: 'A message with a document and without text: add a text block.',
  sources: [
    'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html',
    'https://github.com/maximhq/bifrost/pull/5817',
  ],
  checked,
  check({ asked, messages }) {
    if (asked.api !== 'converse') return;
    const lacksText = messages.some(
      ({ content }) => hasType(content, 'document') && !hasType(content, 'text', 'guarded-text'),
    );
    if (!lacksText) return;
    throw invalid(
      'A text block must be included when using documents. Add a text block and retry your request.',
    );
  },
};

/** Returns the documents of Converse's messages, also those in the results of tools. */
function documentsIn({ asked, messages }: RuledRequest): readonly DocumentBlock[] {
  if (asked.api !== 'converse') return [];
  const find = (block: TurnBlock): readonly DocumentBlock[] => {
    if (block.type === 'tool-result') return block.content.flatMap(find);
    return block.type === 'document' ? [block] : [];
  };
  return messages.flatMap(({ content }) => content.flatMap(find));
}

function hasType(content: readonly TurnBlock[], ...types: readonly TurnBlock['type'][]): boolean {
  return content.some(({ type }) => types.includes(type));
}
