/** stockOf is what people are told of the number of pieces that can be sold, which may not be known. */
export function stockOf(left: number | undefined): {text: string; tone: 'good' | 'warn' | 'bad' | ''} {
  if (left === undefined) return {text: 'We do not know at the moment whether it is in stock', tone: ''};
  if (left <= 0) return {text: 'Sold out', tone: 'bad'};
  if (left <= 10) return {text: `Only ${left} left`, tone: 'warn'};
  return {text: `${left} in stock`, tone: 'good'};
}

interface Stock {
  readonly quantity: number;
  readonly warehouse?: {readonly city: string} | null;
}

/** sentFrom says in which cities there are pieces. Which these are may not be known. */
export function sentFrom(stock: readonly Stock[] | null | undefined): string {
  if (!stock) return 'unknown at the moment';
  const cities = stock.filter((s) => s.quantity > 0).slice(0, 3).map((s) => s.warehouse?.city).filter(Boolean);
  return cities.join(', ') || 'nowhere at the moment';
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** apart says what tells a variant from the others: not what all have in common. */
export function apart(own: readonly Attribute[], all: readonly (readonly Attribute[])[]): string {
  return own.filter((a) => all.some((other) => !other.some((o) => o.name === a.name && o.value === a.value))).map((a) => a.value).join(', ');
}
