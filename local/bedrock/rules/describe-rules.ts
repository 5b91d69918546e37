import type { ModelRule } from '#local/bedrock/rules/model-rule.ts';

/** Returns the table of rules for the documentation, in Markdown with columns of equal width. */
export function describeRules(rules: readonly ModelRule[]): string {
  const rows = [header, ...rules.map(toRow)];
  const widths = header.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const [first = '', ...rest] = rows.map((row) =>
    toLine(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))),
  );
  return [first, toLine(widths.map((width) => '-'.repeat(width))), ...rest, ''].join('\n');
}

const header = [
  'rule',
  'what is refused, and what is right instead',
  'applies',
  'checked',
  'sources',
];

function toRow({ name, summary, isOff, checked, sources }: ModelRule): readonly string[] {
  const applies = isOff === undefined ? 'yes' : `no: ${isOff}`;
  return [`\`${name}\``, summary, applies, checked, sources.map(toLink).join(', ')];
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Threads of GitHub have short names, and other pages that of their host. */
function toLink(url: string): string {
  const { hostname, pathname } = new URL(url);
  const [, repository, number] = /^\/[^/]+\/([^/]+)\/(?:issues|pull)\/(\d+)/u.exec(pathname) ?? [];
  return `[${repository === undefined ? hostname : `${repository}#${number}`}](${url})`;
}
