/** A field of AWS's cron expressions (EventBridge user guide, "Cron expressions"). */
interface CronField {
  readonly min: number;
  readonly max: number;
  /** The largest step. */
  readonly maxStep: number;
  /** Names of the values, from `min` on. */
  readonly names?: readonly string[];
  /** What else the field may contain, apart from `?`. */
  readonly special?: RegExp;
}

const minute: CronField = { min: 0, max: 59, maxStep: 59 };
const hour: CronField = { min: 0, max: 23, maxStep: 23 };
const dayOfMonth: CronField = {
  min: 1,
  max: 31,
  maxStep: 31,
  special: /^(?:LW?|(?:[1-9]|[12]\d|3[01])W)$/u,
};
const month: CronField = {
  min: 1,
  max: 12,
  maxStep: 12,
  names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
};
const dayOfWeek: CronField = {
  min: 1,
  max: 7,
  maxStep: 7,
  names: 'SUN MON TUE WED THU FRI SAT'.split(' '),
};
const year: CronField = { min: 1970, max: 2199, maxStep: 229 };

/**
 * Returns a cron expression of AWS's six fields as a pattern for croner, with seconds. Throws an
 * error that says what is wrong. Ranges and steps become lists, because AWS's may go past the end of
 * a field, and do so from a single value.
 */
export function toCronPattern(expression: string): string {
  const fields = expression.trim().toUpperCase().split(/\s+/u);
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = fields;
  if (fields.length !== 6 || (days === '?') === (weekdays === '?')) {
    throw new Error('it needs six fields, and one of the two day fields must be ?');
  }
  return [
    '0',
    expandField(minute, minutes),
    expandField(hour, hours),
    days === '?' ? '*' : expandField(dayOfMonth, days),
    expandField(month, months),
    weekdays === '?' ? '*' : expandWeekdays(weekdays),
    expandField(year, years),
  ].join(' ');
}

function expandField(field: CronField, text: string): string {
  if (text === '*') return text;
  const items = text.split(',');
  return items
    .flatMap((item) =>
      field.special?.test(item) === true ? [item] : expandItem(field, item).map(String),
    )
    .join(',');
}

/** Days of the week count from 1 for Sunday, and croner's from 0. `L` alone is the last, Saturday. */
function expandWeekdays(text: string): string {
  if (text === '*') return text;
  const items = text.split(',');
  if (items.length > 1 && text.includes('#')) {
    throw new Error(`${text} has more than one day, which # does not allow`);
  }
  return items
    .flatMap((item): readonly (number | string)[] => {
      if (item === 'L') return [6];
      const [, day, suffix = ''] = /^(\w+?)(L|#[1-5])$/u.exec(item) ?? [];
      if (day !== undefined) return [`${readValue(dayOfWeek, day) - 1}${suffix}`];
      return expandItem(dayOfWeek, item).map((value) => value - 1);
    })
    .join(',');
}

/** Returns the values of an item such as `5`, `*`, `MON-FRI`, `0/15` or `22-4/2`. */
function expandItem(field: CronField, item: string): readonly number[] {
  const { min, max, maxStep } = field;
  const [, first = '', last, stepText] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/u.exec(item) ?? [];
  const step = Number(stepText ?? 1);
  if (first === '' || (first === '*' && last !== undefined) || step < 1 || step > maxStep) {
    throw new Error(`${item === '' ? 'an empty value' : item} is not possible in its field`);
  }
  const start = first === '*' ? min : readValue(field, first);
  const isOpen = first === '*' || stepText !== undefined;
  const end = last === undefined ? (isOpen ? max : start) : readValue(field, last);
  const size = max - min + 1;
  // A range such as FRI-MON goes on at the beginning of the field.
  const length = (end < start ? end + size : end) - start;
  return Array.from(
    { length: Math.floor(length / step) + 1 },
    (_, index) => ((start + index * step - min) % size) + min,
  );
}

function readValue({ min, max, names = [] }: CronField, text: string): number {
  const index = names.indexOf(text);
  const value = index === -1 ? Number(text) : min + index;
  if (/^\d+$/u.test(text) ? value >= min && value <= max : index !== -1) return value;
  throw new Error(`${text} is not a value from ${min} to ${max}`);
}
