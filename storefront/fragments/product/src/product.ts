import {at, complaints, country, define, Fragment, looks, money, size, told, weight, type UserError} from '@shop/parts';
import {css, html, nothing} from 'lit';
import {AddToCart, PriceOfProduct, StockOfProduct, type ProductFragment, type ProductMoreFragment} from './graphql.ts';
import {apart, sentFrom, stockOf} from './words.ts';

type Data = ProductFragment & Partial<ProductMoreFragment>;

/** Product is the page of one product: what it is, how many there are, and the way into the cart. */
class Product extends Fragment<Data> {
  static override properties = {...Fragment.properties, quantity: {state: true}, busy: {state: true}, errors: {state: true}};

  private declare quantity: number;
  private declare busy: boolean;
  private declare errors: readonly UserError[];

  constructor() {
    super();
    this.quantity = 1;
    this.busy = false;
    this.errors = [];
  }

  static override styles = [...looks, css`
    .top { display: grid; grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr); gap: clamp(1.5rem, 4vw, 3.5rem); align-items: start; }
    .top shop-picture { border-radius: calc(var(--round) * 1.3); }
    .way { display: flex; flex-wrap: wrap; gap: .4rem; font-size: .92rem; color: var(--ink-soft); margin-bottom: 1.1rem; }
    .way a { text-underline-offset: .2em; }
    .tell { display: grid; gap: 1.05rem; align-content: start; }
    .tell > .price { font-size: 1.6rem; }
    .variants { display: flex; flex-wrap: wrap; gap: .5rem; }
    .variants a { display: grid; padding: .45rem .95rem; border: 1px solid var(--edge-strong); border-radius: .8rem; text-decoration: none; font-weight: 600; line-height: 1.3; min-height: 2.75rem; align-content: center; }
    .variants a:hover { background: var(--tint); }
    .variants a[aria-current] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); background: var(--tint); }
    .variants small { color: var(--ink-soft); font-weight: 400; font-variant-numeric: tabular-nums; }
    .stock { min-height: 1.9rem; }
    .buy { display: flex; flex-wrap: wrap; gap: .8rem; align-items: center; }
    .buy .add { flex: 1 1 12rem; min-height: 2.9rem; }
    dl { display: grid; grid-template-columns: auto 1fr; gap: .4rem 1.4rem; margin: 0; padding-top: 1.05rem; border-top: 1px solid var(--edge); font-size: .95rem; }
    dt { color: var(--ink-soft); }
    dd { margin: 0; }
    dd .bone { display: inline-block; width: 11rem; }
    .more { margin-top: clamp(2.25rem, 5vw, 4rem); display: grid; gap: 1.1rem; }
    .related { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: clamp(.8rem, 2vw, 1.5rem); }
    .related a { display: grid; gap: .45rem; text-decoration: none; }
    .related shop-picture { border-radius: var(--round); }
    .related strong { font-weight: 600; line-height: 1.3; min-height: 2.6em; }
    .related a:hover strong { text-decoration: underline; }
    .related .bone { display: block; }
    @media (max-width: 48rem) {
      .top { grid-template-columns: minmax(0, 1fr); }
      .related { grid-template-columns: repeat(2, minmax(0, 1fr)); }
    }
  `];

  private async add(): Promise<void> {
    const {data} = this;
    if (!data) return;
    this.busy = true;
    this.errors = [];
    try {
      const {addToCart} = await this.shop.run(AddToCart, {
        input: {cartId: this.shop.session.guestCart, upc: String(data.upc), quantity: this.quantity},
      });
      this.errors = addToCart.userErrors;
      if (addToCart.cart) {
        this.shop.say(`${data.name} is in your cart.`);
        this.quantity = 1;
      }
    } catch (error) {
      this.errors = told(error);
    } finally {
      this.busy = false;
    }
  }

  private stock(data: Data) {
    const {text, tone} = stockOf(data.availability?.available);
    return html`<span class="tag ${tone}">${text}</span>`;
  }

  override render() {
    const {data} = this;
    if (!data) return nothing;
    const upc = String(data.upc);
    this.follow(upc, () => [
      this.shop.watch(StockOfProduct, {upc}, () => {}),
      this.shop.watch(PriceOfProduct, {upc}, () => {}),
    ]);
    const later = 'standard' in data;
    const soldOut = data.archivedAt !== null || data.availability?.available === 0;
    return html`
      <nav class="way" aria-label="Way back"><a href=${at('/')}>Everything</a>
        ${data.category ? html`<span aria-hidden="true">/</span> <a href=${at(`/?category=${data.category.id}`)}>${data.category.name}</a>` : nothing}</nav>
      <div class="top">
        <shop-picture .product=${data} alt=${`A drawing of ${data.name}`} eager></shop-picture>
        <div class="tell">
          ${data.brand ? html`<p class="muted"><a href=${at(`/?brand=${data.brand.id}`)}>${data.brand.name}</a>${data.brand.country ? `, ${country(data.brand.country)}` : ''}</p>` : nothing}
          <h1>${data.name}</h1>
          <p class="price" aria-live="polite">${money(data.unitPrice)}</p>
          <p>${data.description}</p>
          ${this.variants(data)}
          <p class="stock" aria-live="polite">${data.archivedAt ? html`<span class="tag bad">No longer on sale</span>` : this.stock(data)}</p>
          <form class="buy" @submit=${(e: Event) => { e.preventDefault(); void this.add(); }}>
            <shop-quantity .value=${this.quantity} .max=${Math.max(1, Math.min(100, data.availability?.available ?? 100))} label="How many"
              ?disabled=${soldOut} @change=${(e: CustomEvent<number>) => { this.quantity = e.detail; }}></shop-quantity>
            <button class="add" ?disabled=${soldOut || this.busy}>${this.busy ? 'One moment …' : 'Add to cart'}</button>
          </form>
          ${complaints(this.errors, [])}
          <dl>
            ${data.attributes.map((a) => html`<dt>${a.name}</dt><dd>${a.value}</dd>`)}
            ${data.dimensions ? html`<dt>Size</dt><dd>${size(data.dimensions)}</dd>` : nothing}
            <dt>Weight</dt><dd>${weight(data.weight)}</dd>
            <dt>Standard</dt><dd>${later ? this.shipping(data.standard, data, '3 to 5 days') : html`<span class="bone">…</span>`}</dd>
            <dt>Express</dt><dd>${later ? this.shipping(data.express, data, 'the next working day') : html`<span class="bone">…</span>`}</dd>
            <dt>Sent from</dt><dd>${later ? sentFrom(data.stock) : html`<span class="bone">…</span>`}</dd>
          </dl>
        </div>
      </div>
      ${later && !data.related?.length ? nothing : html`<section class="more" aria-label="From the same shelf"><h2>From the same shelf</h2>
        <ul class="related">${later ? data.related?.map((p) => html`<li><a href=${at(`/p/${p.upc}`)}><shop-picture .product=${p}></shop-picture>
            <strong>${p.name}</strong><span class="price">${money(p.unitPrice)}</span></a></li>`)
          : [0, 1, 2, 3].map(() => html`<li><a><shop-picture></shop-picture><strong class="bone">…</strong><span class="price bone">…</span></a></li>`)}</ul></section>`}`;
  }

  /** What else it is made of: other products, a click away. */
  private variants(data: Data) {
    const others = data.variants.filter((v) => v.product.archivedAt === null);
    if (others.length < 2) return nothing;
    return html`<ul class="variants" aria-label="Variants">${others.map((v) => {
      const own = v.product.upc === data.upc;
      const text = apart(v.attributes, others.map((o) => o.attributes)) || v.product.name;
      return html`<li><a href=${at(`/p/${v.product.upc}`)} aria-current=${own ? 'page' : nothing}>${text}<small>${money(v.unitPrice)}</small></a></li>`;
    })}</ul>`;
  }

  private shipping(cents: number | null | undefined, data: Data, time: string) {
    if (cents === null || cents === undefined) return 'unknown at the moment';
    return `${cents === 0 ? 'free' : money({minor: cents, currency: data.unitPrice.currency})}, ${time}`;
  }
}

define('shop-product', Product);
