import {define, Fragment, looks} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {card, cardLooks, type Card} from './card.ts';
import {filters, filterLooks} from './filters.ts';
import {MoreProducts, type CatalogFragment, type MoreProductsQueryVariables} from './graphql.ts';
import {address, choiceOf} from './choice.ts';

type Products = NonNullable<CatalogFragment['products']>;

/** Catalog is what the shop has: filtered, sorted and page by page, or what a search finds. */
class Catalog extends Fragment<CatalogFragment> {
  static override properties = {...Fragment.properties, more: {state: true}, fetching: {state: true}, open: {state: true}};

  private declare more: {of: Products; nodes: Card[]; info: Products['pageInfo']} | undefined;
  private declare fetching: boolean;
  private declare open: boolean;

  constructor() {
    super();
    this.fetching = false;
    this.open = false;
  }

  static override styles = [...looks, cardLooks, filterLooks, css`
    .hero { display: grid; gap: .5rem; margin-bottom: clamp(1rem, 3vw, 2rem); max-width: 44rem; }
    .hero p { font-size: 1.05rem; }
    .page { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: clamp(1.5rem, 3vw, 2.75rem); align-items: start; }
    .head { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; justify-content: space-between; margin-bottom: 1.1rem; min-height: 2.75rem; }
    .head h2 { font-size: 1.2rem; }
    .head label { display: flex; align-items: center; gap: .6rem; white-space: nowrap; }
    .head select { width: auto; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(13.5rem, 46%), 1fr)); gap: clamp(1rem, 2vw, 1.75rem) clamp(.8rem, 1.6vw, 1.5rem); }
    .foot { display: grid; justify-items: center; margin-top: 2.25rem; gap: .5rem; }
    .shelves { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1.25rem; }
    .shelves a { border: 1px solid var(--edge-strong); border-radius: 999px; padding: .45rem .95rem; text-decoration: none; font-weight: 550; min-height: 2.5rem; }
    .shelves a:hover { background: var(--tint); }
    .toggle { display: none; }
    @media (max-width: 56rem) {
      .page { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
      .toggle { display: inline-flex; }
      aside[data-open=false] { display: none; }
    }
  `];

  private async fetchMore(products: Products): Promise<void> {
    const last = this.more?.of === products ? this.more : undefined;
    const {variables} = choiceOf(this.params);
    this.fetching = true;
    try {
      const {products: next} = await this.shop.run(MoreProducts, {
        ...(variables as Omit<MoreProductsQueryVariables, 'first' | 'after'>), first: 24, after: (last?.info ?? products.pageInfo).endCursor,
      });
      if (next) {
        const from = last?.nodes.length ?? 0;
        this.more = {of: products, nodes: [...(last?.nodes ?? []), ...next.nodes], info: next.pageInfo};
        await this.updateComplete;
        // Who goes by keyboard goes on with the first of the new ones.
        this.renderRoot.querySelectorAll<HTMLElement>('.grid a')[products.nodes.length + from]?.focus();
      }
    } catch {
      this.shop.say('More could not be fetched. Please try again.');
    } finally {
      this.fetching = false;
    }
  }

  private choose(change: Record<string, string>): void {
    this.shop.go(address({...choiceOf(this.params).choice, ...change}));
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    const {choice} = choiceOf(this.params);
    if (choice.q) return this.found(choice.q);
    const {products} = data;
    const more = this.more?.of === products ? this.more : undefined;
    const nodes = [...(products?.nodes ?? []), ...(more?.nodes ?? [])];
    const shelf = data.categories?.find((c) => c.id === choice.category);
    const brand = data.brands?.find((b) => b.id === choice.brand);
    const title = [shelf?.name, brand && `by ${brand.name}`].filter(Boolean).join(' ');
    const active = [choice.category, choice.brand, choice.min, choice.max].filter(Boolean).length;
    return html`
      <div class="hero">
        <h1>${title || 'Made for rooms that are lived in.'}</h1>
        <p class="muted">${shelf || brand ? 'Everything here is on sale today.' : 'Furniture and things for the house, from workshops that answer letters.'}</p>
      </div>
      <div class="page">
        <aside id="filters" aria-label="Filters" data-open=${this.open}>
          ${filters(data, choice, (change) => this.choose(change))}
        </aside>
        <div>
          <div class="head">
            <h2 aria-live="polite">${products ? `${new Intl.NumberFormat().format(products.totalCount)} ${products.totalCount === 1 ? 'product' : 'products'}` : 'Products'}</h2>
            <button class="quiet small toggle" aria-expanded=${this.open} aria-controls="filters" @click=${() => { this.open = !this.open; }}>
              Filters${active ? ` (${active})` : ''}
            </button>
            <label>Sort by
              <select .value=${choice.sort || 'BEST_SELLING'} @change=${(e: Event) => this.choose({sort: (e.target as HTMLSelectElement).value})}>
                ${[['BEST_SELLING', 'Best-selling'], ['NEWEST', 'Newest'], ['PRICE_ASC', 'Lowest price'], ['PRICE_DESC', 'Highest price']].map(([value, text]) =>
                  html`<option value=${value} ?selected=${value === (choice.sort || 'BEST_SELLING')}>${text}</option>`)}
              </select>
            </label>
          </div>
          ${nodes.length === 0 ? html`<div class="unavailable">
              <p><strong>${products ? 'Nothing fits these filters.' : 'Products cannot be shown at the moment.'}</strong></p>
              ${products ? html`<button class="quiet" @click=${() => this.shop.go('/')}>Clear all filters</button>` : html`<button class="quiet" @click=${() => void this.shop.reload()}>Try again</button>`}
            </div>` : html`<ul class="grid">${nodes.map((p, i) => html`<li>${card(p, i < 8)}</li>`)}</ul>`}
          ${products && (more?.info ?? products.pageInfo).hasNextPage ? html`<div class="foot">
            <button class="quiet" ?disabled=${this.fetching} @click=${() => void this.fetchMore(products)}>${this.fetching ? 'One moment …' : 'Show more'}</button>
            <p class="muted">${nodes.length} of ${products.totalCount}</p>
          </div>` : nothing}
        </div>
      </div>`;
  }

  private found(q: string) {
    const found = this.data?.search;
    const products = found?.nodes.filter((n) => n.__typename === 'Product') ?? [];
    const shelves = found?.nodes.filter((n) => n.__typename !== 'Product') ?? [];
    return html`
      <div class="hero">
        <h1>“${q}”</h1>
        <p class="muted" aria-live="polite">${found ? `${found.totalCount} ${found.totalCount === 1 ? 'result' : 'results'}` : 'The search does not answer at the moment.'}</p>
      </div>
      ${shelves.length ? html`<nav class="shelves" aria-label="Shelves and makers">${shelves.map((s) => html`
        <a href=${this.at(s.__typename === 'Category' ? {category: s.id} : {brand: s.id})}>${s.name}</a>`)}</nav>` : nothing}
      ${products.length ? html`<ul class="grid">${products.map((p, i) => html`<li>${card(p, i < 8)}</li>`)}</ul>`
        : html`<div class="unavailable"><p><strong>No product is called like that.</strong> Try the beginning of a word, such as “oak” or “lam”.</p>
          <button class="quiet" @click=${() => this.shop.go('/')}>See everything</button></div>`}`;
  }

  private at(choice: Record<string, string>): string {
    return (document.documentElement.dataset['base'] ?? '') + address(choice);
  }
}

define('shop-catalog', Catalog);
