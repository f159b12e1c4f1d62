// What the address says of the catalog, and back.

export interface Choice {
  readonly q: string;
  readonly category: readonly string[];
  readonly brand: readonly string[];
  /** Attributes, as "Material:Oak". */
  readonly is: readonly string[];
  readonly min: string;
  readonly max: string;
  readonly sort: string;
}

const many = (text: string | undefined): string[] => (text ? text.split('|').filter(Boolean) : []);

/** choiceOf reads what is chosen; the shell has joined values of one name by `|`. */
export function choiceOf(params: Readonly<Record<string, string>>): Choice {
  const {q = '', min = '', max = '', sort = ''} = params;
  return {q, min, max, sort, category: many(params['category']), brand: many(params['brand']), is: many(params['is'])};
}

/** address is the address of a choice. What is as usual is left out. */
export function address(choice: Partial<Choice>): string {
  const query = new URLSearchParams();
  for (const name of ['q', 'category', 'brand', 'is', 'min', 'max', 'sort'] as const) {
    for (const value of [choice[name] ?? []].flat()) {
      if (value && value !== 'BEST_SELLING') query.append(name, value);
    }
  }
  const text = query.toString();
  return text ? `/?${text}` : '/';
}

/** toggled adds a value, or takes it away. */
export function toggled(values: readonly string[], value: string): string[] {
  return values.includes(value) ? values.filter((v) => v !== value) : [...values, value];
}

/** chosen is how many filters there are, beside search and order. */
export function chosen(choice: Choice): number {
  return choice.category.length + choice.brand.length + choice.is.length + (choice.min || choice.max ? 1 : 0);
}
