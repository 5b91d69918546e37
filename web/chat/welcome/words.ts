import type { Language } from '../../words/languages.ts';

const en = {
  title: 'Ask away. Nothing gets lost.',
  hint: 'Answers are saved as they arrive. Close the tab and pick up where you left off.',
  docs: { name: 'Ask the docs', text: 'How is a callback signed?' },
  tools: { name: 'Let it use tools', text: 'Add a note: rotate the key in March' },
  summary: { name: 'Summarise a document', text: 'PDF, HTML, Markdown or text' },
  faults: { name: 'Break it on purpose', text: 'Cut the stream and watch it recover' },
};

export type WelcomeWords = typeof en;

const ja: WelcomeWords = {
  title: '何でも聞いてください',
  hint: '回答は届いたそばから保存されます。タブを閉じても、続きから読めます。',
  docs: { name: 'ドキュメントに質問', text: 'コールバックの署名方式は？' },
  tools: { name: 'ツールを使う', text: '「3月に鍵を更新」とメモして' },
  summary: { name: 'ドキュメントを要約', text: 'PDF・HTML・Markdown・テキスト' },
  faults: { name: 'わざと障害を起こす', text: '通信を切って、復帰を確かめる' },
};

export const welcomeWords: Record<Language, WelcomeWords> = { en, ja };
