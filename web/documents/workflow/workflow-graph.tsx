import type { ReactNode } from 'react';
import { formatNumber } from '../../requests/formats.ts';
import { useWords } from '../../words/use-words.ts';
import styles from './workflow.module.css';
import { countOf, toRows, type PartRow, type StepStatus, type StepView } from './workflow.ts';
import { documentsWords } from '../words.ts';
import shared from '../../requests/requests.module.css';

interface StepsProps {
  readonly steps: readonly StepView[];
}

const width = 860;
const rowHeight = 40;
/** The space above the rows for a name, and below them for what is done. */
const head = 44;
const foot = 44;
const margin = 82;
const radius = 13;
const partRadius = 10;

/** The workflow as a drawing that fills as it goes. `WorkflowSteps` says the same in words. */
export function WorkflowGraph({ steps }: StepsProps): ReactNode {
  const rowCount = Math.max(2, ...steps.map(({ parts }) => toRows(parts).length));
  const middle = head + ((rowCount - 1) * rowHeight) / 2;
  const gap = (width - 2 * margin) / (steps.length - 1);
  const xOf = (at: number): number => margin + at * gap;
  return (
    <svg
      className={styles['graph']}
      viewBox={`0 0 ${width} ${head + (rowCount - 1) * rowHeight + foot}`}
      aria-hidden="true"
    >
      {steps.slice(1).map((step, at) => (
        <Links key={step.name} from={steps[at]} to={step} x={[xOf(at), xOf(at + 1)]} y={middle} />
      ))}
      {steps.map((step, at) => (
        <Step key={step.name} step={step} x={xOf(at)} y={middle} />
      ))}
    </svg>
  );
}

/** How a line or a circle looks: as far as the work has come. */
function lookOf(status: StepStatus): string {
  switch (status) {
    case 'succeeded':
      return 'done';
    case 'running':
      return 'now';
    case 'retrying':
      return 'again';
    case 'failed':
      return 'bad';
    case 'waiting':
    case 'stopped':
      return 'later';
  }
}

interface LinksProps {
  readonly from: StepView | undefined;
  readonly to: StepView;
  readonly x: readonly [from: number, to: number];
  readonly y: number;
}

/** The lines between two steps: one, or one for each row of parts. */
function Links({ from, to, x: [start, end], y }: LinksProps): ReactNode {
  const left = rowsOf(from);
  const right = rowsOf(to);
  if (left.length < 2 && right.length < 2) {
    const reached = `M${start + radius + 3} ${y}H${end - radius - 3}`;
    return <path data-look={linkLook(to.status)} d={reached} />;
  }
  const rows = right.length < 2 ? left : right;
  const isFork = right.length >= 2;
  return rows.map(({ status }, at) => {
    const rowY = y + (at - (rows.length - 1) / 2) * rowHeight;
    const [fromY, toY] = isFork ? [y, rowY] : [rowY, y];
    const bend = (end - start) / 2;
    const path = `M${start + 16} ${fromY}C${start + bend} ${fromY} ${end - bend} ${toY} ${end - 16} ${toY}`;
    const look = isFork ? linkLook(status) : status === 'succeeded' ? 'done' : 'later';
    return <path key={at} data-look={look} d={path} />;
  });
}

function linkLook(status: StepStatus): string {
  const look = lookOf(status);
  return look === 'again' ? 'now' : look;
}

function rowsOf(step: StepView | undefined): readonly PartRow[] {
  return toRows(step?.parts ?? []);
}

interface StepProps {
  readonly step: StepView;
  readonly x: number;
  readonly y: number;
}

function Step({ step, x, y }: StepProps): ReactNode {
  const rows = rowsOf(step);
  if (rows.length < 2) {
    return (
      <>
        <Node status={step.status} x={x} y={y} size={radius} />
        <Labels step={step} x={x} top={y + 38} bottom={y + 56} />
      </>
    );
  }
  const reach = ((rows.length - 1) / 2) * rowHeight;
  return (
    <>
      {rows.map((row, at) => {
        const rowY = y - reach + at * rowHeight;
        return (
          <g key={at}>
            <Node status={row.status} x={x} y={rowY} size={partRadius} />
            <RowLabel row={row} x={x + 18} y={rowY - 14} />
          </g>
        );
      })}
      <Labels step={step} x={x} top={y - reach - 28} bottom={y + reach + 36} />
    </>
  );
}

/** Rows that stand for several parts say how many, and named parts say their names. */
function RowLabel({
  row,
  x,
  y,
}: {
  readonly row: PartRow;
  readonly x: number;
  readonly y: number;
}) {
  const label = row.name ?? (row.count === 1 ? undefined : `× ${row.count}`);
  if (label === undefined) return undefined;
  return (
    <text data-label="side" x={x} y={y + 6}>
      {label}
    </text>
  );
}

interface LabelsProps {
  readonly step: StepView;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

function Labels({ step, x, top, bottom }: LabelsProps): ReactNode {
  return (
    <>
      <text x={x} y={top}>
        {step.name}
      </text>
      <text data-label="sub" x={x} y={bottom}>
        {useProgressWords(step)}
      </text>
    </>
  );
}

interface NodeProps {
  readonly status: StepStatus;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

function Node({ status, x, y, size }: NodeProps): ReactNode {
  const look = lookOf(status);
  return (
    <>
      <circle data-look={look} cx={x} cy={y} r={size} />
      {(look === 'now' || look === 'again') && (
        <circle data-look={`${look}-core`} cx={x} cy={y} r={size * 0.4} />
      )}
      {look === 'done' && <path data-look="tick" d={`m${x - 4.5} ${y + 0.3} 3 3 6-6.6`} />}
      {look === 'bad' && <path data-look="cross" d={`m${x - 3.5} ${y - 3.5} 7 7m0-7-7 7`} />}
    </>
  );
}

/** The same in words, for screen readers and narrow screens. */
export function WorkflowSteps({ steps }: StepsProps): ReactNode {
  const words = useWords(documentsWords);
  return (
    <ol className={`${shared['steps']} ${styles['steps']}`} aria-label={words.steps}>
      {steps.map((step) => (
        <StepLine key={step.name} step={step} />
      ))}
    </ol>
  );
}

function StepLine({ step }: { readonly step: StepView }): ReactNode {
  const words = useWords(documentsWords);
  const { name, status, seconds } = step;
  return (
    <li data-look={lookOf(status)}>
      <b className="mono">{name}</b>
      <span className={styles['took']}>
        {seconds === undefined ? undefined : words.seconds(toSeconds(seconds))}
      </span>
      <small>{useDoneWords(step)}</small>
    </li>
  );
}

/** What is drawn below a step: how long it took, or how far it is. */
function useProgressWords(step: StepView): string {
  const words = useWords(documentsWords);
  const done = useDoneWords(step);
  const { status, seconds } = step;
  return status === 'succeeded' && seconds !== undefined ? words.seconds(toSeconds(seconds)) : done;
}

function useDoneWords({ status, parts }: StepView): string {
  const words = useWords(documentsWords);
  if (parts.length < 2) return words.stepStates[status];
  const retrying = status === 'running' ? countOf(parts, 'retrying') : 0;
  return words.partsDone(countOf(parts, 'succeeded'), parts.length, retrying);
}

function toSeconds(seconds: number): string {
  return formatNumber(seconds, { maximumFractionDigits: 1 });
}
