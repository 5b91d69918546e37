import type { Language } from '../words/languages.ts';
import type { Fault } from './fault-names.ts';

/** The names of the faults, and what the page's bar says while one is armed. */
export interface FaultLabels {
  readonly names: Readonly<Record<Fault, string>>;
  readonly armed: (name: string) => string;
}

const en: FaultLabels = {
  names: {
    stall: 'Stall',
    throttle: 'Throttle',
    cut: 'Cut connection',
    frame: 'Truncated frame',
    timeout: 'Timeout',
    guardrail: 'Guardrail',
    filter: 'Content filter',
    slow: 'Slow tokens',
    unavailable: 'Model unavailable',
    offline: 'Offline',
  },
  armed: (name) => `${name} armed`,
};

const ja: FaultLabels = {
  names: {
    stall: '無応答',
    throttle: 'スロットリング',
    cut: '接続の切断',
    frame: '不完全なフレーム',
    timeout: 'タイムアウト',
    guardrail: 'ガードレール',
    filter: 'コンテンツフィルター',
    slow: '低速な出力',
    unavailable: 'モデル停止',
    offline: 'オフライン',
  },
  armed: (name) => `障害テスト：${name}`,
};

export const faultLabels: Record<Language, FaultLabels> = { en, ja };
