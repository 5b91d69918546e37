'use client';

import type { ReactNode } from 'react';
import { Segment } from '../parts/segment.tsx';
import { Switch } from '../parts/switch.tsx';
import { usePreferences } from '../preferences/use-preferences.tsx';
import { useIsMac } from '../shell/keyboard/use-shortcuts.ts';
import { shellWords } from '../shell/words.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { AccountSetting } from './account-setting.tsx';
import { DeletionSetting } from './deletion-setting.tsx';
import { ExportSetting } from './export-setting.tsx';
import { InstructionsSetting, ModelSetting } from './new-conversations.tsx';
import { Group, Setting } from './setting.tsx';
import { settingsWords } from './words.ts';

/** How the reader likes the page, and what they can do with all of their data. */
export function SettingsView(): ReactNode {
  const words = useWords(settingsWords);
  const { settings } = useWords(shellWords);
  return (
    <div className="view narrow">
      <div className="view-head">
        <h1>{settings}</h1>
      </div>
      <Appearance />
      <Group title={words.writing}>
        <SendKeySetting />
        <ModelSetting />
        <InstructionsSetting />
      </Group>
      <Answers />
      <Group title={words.data}>
        <ExportSetting />
        <DeletionSetting />
        <AccountSetting />
      </Group>
    </div>
  );
}

function Appearance(): ReactNode {
  const words = useWords(settingsWords);
  const { preferences, change } = usePreferences();
  return (
    <Group title={words.appearance}>
      <Setting
        name={words.language}
        control={
          <Segment
            label={words.language}
            value={useLanguage()}
            options={[
              ['en', 'English'],
              ['ja', '日本語'],
            ]}
            onChange={(language) => change({ language })}
          />
        }
      />
      <Setting
        name={words.theme}
        control={
          <Segment
            label={words.theme}
            value={preferences.theme}
            options={[
              ['light', words.light],
              ['dark', words.dark],
              ['system', words.system],
            ]}
            onChange={(theme) => change({ theme })}
          />
        }
      />
    </Group>
  );
}

function SendKeySetting(): ReactNode {
  const words = useWords(settingsWords);
  const { preferences, change } = usePreferences();
  const mod = useIsMac() ? '⌘' : 'Ctrl';
  return (
    <Setting
      name={words.sendWith}
      hint={words.sendHint}
      control={
        <Segment
          label={words.sendWith}
          value={preferences.sendWith}
          options={[
            ['enter', 'Enter'],
            ['ctrl-enter', `${mod} + Enter`],
          ]}
          onChange={(sendWith) => change({ sendWith })}
        />
      }
    />
  );
}

function Answers(): ReactNode {
  const words = useWords(settingsWords);
  const { preferences, change } = usePreferences();
  return (
    <Group title={words.answers}>
      <Setting
        name={words.cost}
        control={
          <Switch
            label={words.cost}
            isOn={preferences.cost === 'shown'}
            onChange={(isOn) => change({ cost: isOn ? 'shown' : 'hidden' })}
          />
        }
      />
      <Setting
        name={words.announce}
        control={
          <Switch
            label={words.announce}
            isOn={preferences.announce === 'end'}
            onChange={(isOn) => change({ announce: isOn ? 'end' : 'nothing' })}
          />
        }
      />
    </Group>
  );
}
