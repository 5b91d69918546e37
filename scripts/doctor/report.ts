import type { Finding } from '#scripts/doctor/finding.ts';

/** Returns findings as text: grouped by what they are about, each with its fix. */
export function toText(findings: readonly Finding[], subject: string): string {
  if (findings.length === 0) return `${subject}: nothing is wrong.`;
  const groups = [...Map.groupBy(findings, ({ resource }) => resource)];
  return [
    `${subject}: ${count(findings)}`,
    ...groups.flatMap(([resource, own]) => ['', resource, own.flatMap(toLines)].flat()),
  ].join('\n');
}

function toLines({ severity, check, message, fix }: Finding): readonly string[] {
  const place = `  ${severity.padEnd(8)} ${check.padEnd(18)} `;
  return [`${place}${message}`, `${' '.repeat(place.length)}→ ${fix}`];
}

function count(findings: readonly Finding[]): string {
  const bySeverity = Map.groupBy(findings, ({ severity }) => severity);
  const names = { error: 'error', warning: 'warning', unknown: 'check without an answer' };
  const plurals = { error: 'errors', warning: 'warnings', unknown: 'checks without an answer' };
  return (['error', 'warning', 'unknown'] as const)
    .map((severity) => [severity, bySeverity.get(severity)?.length ?? 0] as const)
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => `${number} ${(number === 1 ? names : plurals)[severity]}`)
    .join(', ');
}
