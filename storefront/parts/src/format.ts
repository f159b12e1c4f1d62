// Amounts, dates and numbers the way the reader writes them.

export interface Amount {
  readonly minor: number | string;
  readonly currency: string;
}

const formats = new Map<string, Intl.NumberFormat>();

function currencyFormat(currency: string, locale: string | undefined): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, {style: 'currency', currency});
    formats.set(key, format);
  }
  return format;
}

/** money writes an amount; the currency says how many digits its smallest unit stands behind. */
export function money(amount: Amount, locale?: string): string {
  const format = currencyFormat(amount.currency, locale);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(Number(amount.minor) / 10 ** digits);
}

/** day writes a date. */
export function day(time: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, {dateStyle: 'medium'}).format(new Date(time));
}

/** moment writes a date and a time of day. */
export function moment(time: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeStyle: 'short'}).format(new Date(time));
}

/** count writes a number with its noun: count(1, 'piece') is "1 piece". */
export function count(n: number, noun: string, nouns = `${noun}s`, locale?: string): string {
  return `${new Intl.NumberFormat(locale).format(n)} ${n === 1 ? noun : nouns}`;
}

/** weight writes grams as a person would. */
export function weight(grams: number, locale?: string): string {
  const [value, unit] = grams < 1000 ? [grams, 'gram'] : [Math.round(grams / 100) / 10, 'kilogram'];
  return new Intl.NumberFormat(locale, {style: 'unit', unit, unitDisplay: 'short'}).format(value);
}

/** size writes millimetres as centimetres: width, height and depth. */
export function size(d: {width: number; height: number; depth: number}, locale?: string): string {
  const n = new Intl.NumberFormat(locale, {maximumFractionDigits: 0});
  return `${[d.width, d.height, d.depth].map((mm) => n.format(mm / 10)).join(' × ')} cm`;
}

/** country writes the name of a country. */
export function country(code: string, locale?: string): string {
  try {
    return new Intl.DisplayNames(locale ?? 'en', {type: 'region'}).of(code) ?? code;
  } catch {
    return code;
  }
}
