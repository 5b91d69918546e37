'use client';

import type { ReactNode } from 'react';
import type { ToolUseBlock } from '#domain/conversation/message.ts';
import type { Decision } from '#domain/model/tools.ts';
import { parseToolInput } from '#protocol/conversation/passage-json.ts';
import { useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { useWords } from '../../../words/use-words.ts';
import { answerWords } from './words.ts';
import { Visible } from '../../visible.tsx';

export interface ApprovalsProps {
  readonly calls: readonly ToolUseBlock[];
  /** Sends all decisions; undefined while another turn is in progress. */
  readonly onDecide: ((decisions: readonly Decision[]) => void) | undefined;
}

/** Asks for each call that would change something. What is decided is sent when all is decided. */
export function Approvals({ calls, onDecide }: ApprovalsProps): ReactNode {
  const [decisions, setDecisions] = useState<readonly Decision[]>([]);
  const open = calls.filter((call) => decisions.every((each) => each.toolUseId !== call.toolUseId));
  const decide = (toolUseId: string, isApproved: boolean): void => {
    const next = [...decisions, { toolUseId, isApproved }];
    setDecisions(next);
    if (next.length === calls.length) onDecide?.(next);
  };
  return open.map((call) => (
    <Approval
      key={call.toolUseId}
      call={call}
      onDecide={onDecide && ((isApproved) => decide(call.toolUseId, isApproved))}
    />
  ));
}

interface ApprovalProps {
  readonly call: ToolUseBlock;
  readonly onDecide: ((isApproved: boolean) => void) | undefined;
}

/** Nothing is preselected, and no key decides unless a button has the focus. */
function Approval({ call, onDecide }: ApprovalProps): ReactNode {
  const words = useWords(answerWords);
  const { name, inputJson } = call;
  return (
    <section className="approval" aria-label={words.approval}>
      <div className="approval-head">
        <Icon name="shield" />
        <b>{words.approvalTitle(name)}</b>
        <span className="mono">{name}</span>
      </div>
      <p>{words.approvalText(name)}</p>
      <blockquote>
        <Visible text={valueOf(inputJson)} />
      </blockquote>
      <div className="approval-foot">
        <Button kind="primary" disabled={onDecide === undefined} onClick={() => onDecide?.(true)}>
          {words.allow}
        </Button>
        <Button disabled={onDecide === undefined} onClick={() => onDecide?.(false)}>
          {words.deny}
        </Button>
        <span className="quiet">{words.nothingYet}</span>
      </div>
    </section>
  );
}

/** Returns what a call is about: its only value as it is, or else all of its input. */
function valueOf(inputJson: string): string {
  const input = parseToolInput(inputJson);
  if (typeof input !== 'object' || input === null) return inputJson;
  const values: readonly unknown[] = Object.values(input);
  const [only] = values;
  if (values.length === 1 && typeof only === 'string') return only;
  return JSON.stringify(input, null, 2);
}
