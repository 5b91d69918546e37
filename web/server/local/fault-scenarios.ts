import type { ModelFault } from '../../faults/fault-names.ts';
import type { Language } from '../../words/languages.ts';

/**
 * Returns how the local Bedrock answers under a fault, as the members of a scenario. The page can
 * ask for these only.
 */
export function behaviourOf(fault: ModelFault, language: Language): object {
  const { begin, rest } = texts[language];
  const beginning = { text: begin, tps: 40 };
  switch (fault) {
    case 'stall':
      return { stream: [beginning, { stall: '12s' }, { text: rest, tps: 40 }] };
    case 'throttle':
      return { fail: { type: 'ThrottlingException' } };
    case 'cut':
      return { stream: [beginning, { cut: 'rst' }] };
    case 'frame':
      return { stream: [beginning, { cut: 'partial_frame' }] };
    case 'timeout':
      return { fail: { type: 'ModelTimeoutException' } };
    case 'guardrail':
      return { guardrail: { block: 'output', at_token: 12 } };
    case 'filter':
      return { stream: [beginning], stop: 'content_filtered' };
    case 'slow':
      return { stream: [{ text: begin + rest, ttft: '2s', tps: 5 }] };
    case 'unavailable':
      return { eol: true };
  }
}

const texts: Record<Language, { readonly begin: string; readonly rest: string }> = {
  en: {
    begin: 'A river begins with rain that the ground can no longer hold. It gathers in ',
    rest: 'small streams, and each of them follows the slope until they meet.',
  },
  ja: {
    begin: '川は、地面が吸いきれなくなった雨水から始まります。雨水は',
    rest: '小さな流れに集まり、斜面に沿って進み、やがて一つになります。',
  },
};
