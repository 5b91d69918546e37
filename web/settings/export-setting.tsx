'use client';

import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/use-words.ts';
import type { DataJob } from './data-job-api.ts';
import { isRunning, JobState } from './job-state.tsx';
import { Setting } from './setting.tsx';
import styles from './settings.module.css';
import { useDataJob } from './use-data-job.ts';
import { settingsWords } from './words.ts';

/** Exports everything that the reader has. */
export function ExportSetting(): ReactNode {
  const words = useWords(settingsWords);
  const view = useDataJob('export');
  return (
    <Setting
      name={words.exportAll}
      hint={words.exportHint}
      control={
        <Button disabled={isRunning(view)} onClick={view.start}>
          {words.export}
        </Button>
      }
    >
      <JobState view={view} running={words.exporting} />
      {view.job?.status === 'complete' && <Downloads downloads={view.job.downloads ?? []} />}
    </Setting>
  );
}

function Downloads({ downloads }: { readonly downloads: NonNullable<DataJob['downloads']> }) {
  const words = useWords(settingsWords);
  const parts = new Set(downloads.map(({ part }) => part));
  return (
    <>
      <p role="status">{words.exported}</p>
      <div className={styles.downloads}>
        {/* The local S3 accepts what a page of this machine sends, and so must see whose page it is. */}
        {downloads.map(({ format, part, url }) => (
          <a key={url} className="button" href={url} download referrerPolicy="origin">
            <Icon name="download" size="small" />
            {words.download(words.formats[format], part, parts.size === 1)}
          </a>
        ))}
      </div>
    </>
  );
}
