// What the address says of filters, and back.

export interface Choice {
  readonly q: string;
  readonly category: string;
  readonly brand: string;
  readonly min: string;
  readonly max: string;
  readonly sort: string;
}

const names = ['q', 'category', 'brand', 'min', 'max', 'sort'] as const;

/** choiceOf reads what is chosen, for people and as variables of the query. */
export function choiceOf(params: Readonly<Record<string, string>>): {choice: Choice; variables: {filter: object; sort: string}} {
  const choice = Object.fromEntries(names.map((name) => [name, params[name] ?? ''])) as unknown as Choice;
  const cents = (text: string): number | undefined => (text && Number(text) >= 0 ? Math.round(Number(text) * 100) : undefined);
  return {
    choice,
    variables: {
      filter: {
        categoryId: choice.category || undefined, brandId: choice.brand || undefined, minPrice: cents(choice.min), maxPrice: cents(choice.max),
      },
      sort: choice.sort || 'BEST_SELLING',
    },
  };
}

/** address is the address of a choice. What is as usual is left out. */
export function address(choice: Readonly<Partial<Record<string, string>>>): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = choice[name];
    if (value && !(name === 'sort' && value === 'BEST_SELLING')) query.set(name, value);
  }
  const text = query.toString();
  return text ? `/?${text}` : '/';
}
