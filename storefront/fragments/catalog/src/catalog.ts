import {at, define, Fragment, looks} from '@shop/parts';
import {css, html, nothing, type PropertyValues} from 'lit';
import {card, cardLooks, type Card} from './card.ts';
import {address, choiceOf, chosen, type Choice} from './choice.ts';
import {filters, filterLooks} from './filters.ts';
import {MoreProducts, type CatalogFragment, type MoreProductsQueryVariables} from './graphql.ts';

type Products = NonNullable<CatalogFragment['products']>;
type More = Pick<Products, 'nodes' | 'pageInfo'>;

const sorts = [['BEST_SELLING', 'Best-selling'], ['NEWEST', 'Newest'], ['PRICE_ASC', 'Lowest price'], ['PRICE_DESC', 'Highest price']] as const;

/** Catalog is what the shop has: searched, filtered, sorted and page by page. */
class Catalog extends Fragment<CatalogFragment> {
  static override properties = {...Fragment.properties, more: {state: true}, fetching: {state: true}, open: {state: true}};

  private declare more: readonly More[];
  private declare fetching: boolean;
  private declare open: boolean;

  constructor() {
    super();
    this.more = [];
    this.fetching = false;
    this.open = false;
  }

  static override styles = [...looks, cardLooks, filterLooks, css`
    .hero { display: grid; gap: .5rem; margin-bottom: clamp(1rem, 3vw, 2rem); max-width: 48rem; }
    .hero p { font-size: 1.05rem; min-height: 1.6rem; }
    .page { display: grid; grid-template-columns: 13.5rem minmax(0, 1fr); gap: clamp(1.5rem, 3vw, 2.75rem); align-items: start; }
    .head { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; justify-content: space-between; margin-bottom: 1.1rem; min-height: 2.75rem; }
    .head h2 { font-size: 1.2rem; }
    .head label { display: flex; align-items: center; gap: .6rem; white-space: nowrap; }
    .head select { width: auto; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(12.5rem, 46%), 1fr)); gap: clamp(1rem, 2vw, 1.75rem) clamp(.8rem, 1.6vw, 1.5rem); }
    .foot { display: grid; justify-items: center; margin-top: 2.25rem; gap: .5rem; }
    .shelves { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem; }
    .shelves a, .shelves button { font: inherit; font-weight: 550; font-size: .92rem; border: 1px solid var(--edge-strong); border-radius: 999px; padding: .3rem .9rem; min-height: 2.3rem; background: none; color: var(--ink); text-decoration: none; display: inline-flex; align-items: center; gap: .4rem; }
    .shelves a:hover, .shelves button:hover:not(:disabled) { background: var(--tint); }
    .toggle { display: none; }
    @media (max-width: 56rem) {
      .page { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
      .toggle { display: inline-flex; }
      aside[data-open=false] { display: none; }
    }
  `];

  // Another choice begins with its first page again.
  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('variables')) this.more = [];
  }

  private async fetchMore(shown: number, after: string | null): Promise<void> {
    const {variables} = this;
    this.fetching = true;
    try {
      const {products} = await this.shop.run(MoreProducts, {...(variables as MoreProductsQueryVariables), after});
      if (!products || variables !== this.variables) return;
      this.more = [...this.more, products];
      await this.updateComplete;
      // Who goes by keyboard goes on with the first of the new ones.
      this.renderRoot.querySelectorAll<HTMLElement>('.grid a')[shown]?.focus({preventScroll: true});
    } catch {
      this.shop.say('More could not be fetched. Please try again.');
    } finally {
      this.fetching = false;
    }
  }

  private choose(change: Partial<Choice>): void {
    this.shop.go(address({...choiceOf(this.params), ...change}));
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    const choice = choiceOf(this.params);
    const {products} = data;
    const pages = products ? [products, ...this.more] : [];
    const nodes: Card[] = pages.flatMap((page) => page.nodes);
    const next = pages.at(-1)?.pageInfo;
    const n = chosen(choice);
    return html`
      <div class="hero">${this.heading(choice, data)}</div>
      <div class="page">
        <aside id="filters" aria-label="Filters" data-open=${this.open}>
          ${products ? filters(products.facets, choice, nodes[0]?.unitPrice.currency ?? 'EUR', (change) => this.choose(change)) : nothing}
        </aside>
        <div>
          <div class="head">
            <h2 aria-live="polite">${products ? `${new Intl.NumberFormat().format(products.totalCount)} ${products.totalCount === 1 ? 'product' : 'products'}` : 'Products'}</h2>
            <button class="quiet small toggle" aria-expanded=${this.open ? 'true' : 'false'} aria-controls="filters" @click=${() => { this.open = !this.open; }}>
              Filters${n ? ` (${n})` : ''}</button>
            <label>Sort by
              <select @change=${(e: Event) => this.choose({sort: (e.target as HTMLSelectElement).value})}>
                ${sorts.map(([value, text]) => html`<option value=${value} ?selected=${value === (choice.sort || 'BEST_SELLING')}>${text}</option>`)}
              </select></label>
          </div>
          ${nodes.length ? html`<ul class="grid">${nodes.map((p, i) => html`<li>${card(p, i < 8)}</li>`)}</ul>` : this.none(products)}
          ${next?.hasNextPage ? html`<div class="foot">
            <button class="quiet" ?disabled=${this.fetching} @click=${() => void this.fetchMore(nodes.length, next.endCursor)}>${this.fetching ? 'One moment …' : 'Show more'}</button>
            <p class="muted">${nodes.length} of ${products?.totalCount}</p></div>` : nothing}
        </div>
      </div>`;
  }

  private heading(choice: Choice, {categories, brands, search}: CatalogFragment) {
    const shelves = choice.category.map((id) => categories?.find((c) => c.id === id)?.name ?? id);
    const makers = choice.brand.map((id) => brands?.find((b) => b.id === id)?.name ?? id);
    const things = choice.is.map((text) => text.slice(text.indexOf(':') + 1));
    const title = choice.q ? `“${choice.q}”` : shelves.length ? list(shelves) : makers.length ? list(makers) : 'Made for rooms that are lived in.';
    const chips = [
      ...choice.category.map((id, i) => ({text: shelves[i], change: {category: choice.category.filter((c) => c !== id)}})),
      ...choice.brand.map((id, i) => ({text: makers[i], change: {brand: choice.brand.filter((b) => b !== id)}})),
      ...choice.is.map((id, i) => ({text: things[i], change: {is: choice.is.filter((a) => a !== id)}})),
      ...(choice.min || choice.max ? [{text: 'Price', change: {min: '', max: ''}}] : []),
    ];
    const found = search?.nodes.filter((s) => s.__typename !== 'Product') ?? [];
    return html`<h1>${title}</h1>
      ${chips.length || found.length ? html`<div class="shelves">
          ${found.map((s) => html`<a href=${at(address(s.__typename === 'Category' ? {category: [String(s.id)]} : {brand: [String(s.id)]}))}>Everything ${s.__typename === 'Category' ? 'in' : 'by'} ${s.name}</a>`)}
          ${chips.map(({text, change}) => html`<button @click=${() => this.choose(change)}>${text}<span aria-hidden="true">×</span><span class="hidden">: remove this filter</span></button>`)}</div>`
        : html`<p class="muted">${choice.q ? '' : 'Furniture and things for the house, from workshops that answer letters.'}</p>`}`;
  }

  private none(products: Products | null) {
    return products ? html`<div class="unavailable"><p><strong>Nothing fits.</strong> Try fewer filters, or the beginning of a word, such as “oak” or “lam”.</p>
        <button class="quiet" @click=${() => this.shop.go('/')}>See everything</button></div>`
      : html`<div class="unavailable"><p><strong>Products cannot be shown at the moment.</strong></p><button class="quiet" @click=${() => void this.shop.reload()}>Try again</button></div>`;
  }
}

/** list joins names the way English does. */
function list(names: readonly string[]): string {
  return new Intl.ListFormat('en', {type: 'conjunction'}).format(names);
}

define('shop-catalog', Catalog);
