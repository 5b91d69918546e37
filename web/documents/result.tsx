import type { ReactNode } from 'react';
import { Markdown } from '../chat/turn/markdown/markdown.tsx';
import { Meter } from '../parts/meter.tsx';
import { CopyButton } from '../requests/copy-button.tsx';
import { formatNumber } from '../requests/formats.ts';
import { useWords } from '../words/use-words.ts';
import type { DocumentDetails } from './document-api.ts';
import styles from './workflow/workflow.module.css';
import { documentsWords } from './words.ts';

type DocumentResult = NonNullable<DocumentDetails['result']>;

/** What a workflow has found. */
export function Result({ result }: { readonly result: DocumentResult }): ReactNode {
  const words = useWords(documentsWords);
  if (!('summary' in result)) return <Analysis result={result} />;
  const { summary, parts } = result;
  return (
    <>
      <div className="answer">
        <Markdown text={summary} />
      </div>
      <div className={styles['foot']}>
        <CopyButton text={summary} />
        <span className="quiet">{words.parts(parts)}</span>
      </div>
    </>
  );
}

type AnalysisResult = Exclude<DocumentResult, { readonly summary: string }>;

function Analysis({ result }: { readonly result: AnalysisResult }): ReactNode {
  const words = useWords(documentsWords);
  const { sentiment, score, keywords } = result;
  return (
    <dl className={styles['analysis']}>
      <dt>{words.sentiment}</dt>
      <dd>
        <b>{words.sentiments[sentiment]}</b>
        {score !== null && <Score score={score} />}
      </dd>
      <dt>{words.keywords}</dt>
      <dd>
        {keywords.length === 0 ? (
          words.noKeywords
        ) : (
          <ul>
            {keywords.map((keyword) => (
              <li key={keyword}>{keyword}</li>
            ))}
          </ul>
        )}
      </dd>
    </dl>
  );
}

/** The model gives a number from -1, negative, to 1, positive. Any other is shown as it is. */
function Score({ score }: { readonly score: number }): ReactNode {
  const words = useWords(documentsWords);
  const text = formatNumber(score, { maximumFractionDigits: 2, signDisplay: 'exceptZero' });
  return (
    <span className={styles['score']}>
      {Math.abs(score) <= 1 && <Meter label={words.score} share={(score + 1) / 2} text={text} />}
      <span>{text}</span>
      <span className="quiet">{words.scale}</span>
    </span>
  );
}
