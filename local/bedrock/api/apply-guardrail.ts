import { notFound, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import { assess, guardrailUsage } from '#local/bedrock/guardrails/assess.ts';
import { findGuardrail } from '#local/bedrock/guardrails/turn-guardrail.ts';
import { sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import { anything, list, oneOf, readShape, string, structure, union } from '#local/wire/shape.ts';

const applyShape = structure(
  {
    source: oneOf('INPUT', 'OUTPUT'),
    content: list(
      union({
        text: structure({ text: string() }, { qualifiers: list(string()) }),
        image: anything,
      }),
      { min: 1 },
    ),
  },
  { outputScope: oneOf('INTERVENTIONS', 'FULL') },
);

/** Assesses text with a guardrail, without a model. */
export const applyGuardrail: BedrockOperation = {
  name: 'ApplyGuardrail',
  method: 'POST',
  path: /^\/guardrail\/(?<id>[^/]+)\/version\/(?<version>[^/]+)\/apply$/u,
  answersWithoutModel: true,
  run(call) {
    const { params, request, context } = call;
    const { id = '', version = '' } = params;
    const { source, content } = readShape(applyShape, parseBody(request.body), invalidRequest);
    const guardrail = findGuardrail(context.guardrails, id, version);
    if (guardrail === undefined) {
      throw notFound('The guardrail identifier or version provided in the request does not exist.');
    }
    const text = joinTexts(
      content,
      (qualifiers) => !qualifiers.some((name) => name !== 'guard_content'),
    );
    const sources = joinTexts(content, (qualifiers) => qualifiers.includes('grounding_source'));
    const query = joinTexts(content, (qualifiers) => qualifiers.includes('query'));
    const grounding = sources === '' ? undefined : { sources, query };
    const verdict = assess(guardrail, text, { side: source, grounding });
    const { blockedInputMessaging, blockedOutputsMessaging } = guardrail;
    const blocked = source === 'INPUT' ? blockedInputMessaging : blockedOutputsMessaging;
    const hasIntervened = verdict.isBlocked || verdict.isAnonymized;
    const output = verdict.isBlocked ? (blocked ?? 'Blocked.') : verdict.text;
    sendJson(call, {
      action: hasIntervened ? 'GUARDRAIL_INTERVENED' : 'NONE',
      ...(hasIntervened
        ? { actionReason: verdict.isBlocked ? 'Guardrail blocked.' : 'Guardrail masked.' }
        : {}),
      assessments: [verdict.assessment],
      guardrailCoverage: { textCharacters: { guarded: text.length, total: text.length } },
      outputs: hasIntervened ? [{ text: output }] : [],
      usage: guardrailUsage(guardrail, text),
    });
  },
};

type Content = ReturnType<typeof applyShape>['content'];

function joinTexts(content: Content, matches: (qualifiers: readonly string[]) => boolean): string {
  const texts = content.flatMap((block) =>
    block.type === 'text' && matches(block.value.qualifiers ?? []) ? [block.value.text] : [],
  );
  return texts.join('\n');
}
