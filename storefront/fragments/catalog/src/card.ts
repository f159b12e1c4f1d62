import {at, money} from '@shop/parts';
import {css, html, nothing, type TemplateResult} from 'lit';
import type {CatalogCardFragment} from './graphql.ts';

export type Card = CatalogCardFragment;

export const cardLooks = css`
  .item { position: relative; display: grid; gap: .55rem; text-decoration: none; height: 100%; align-content: start; }
  .item shop-picture { border-radius: var(--round); transition: transform .25s; }
  .item .frame { border-radius: var(--round); overflow: hidden; position: relative; }
  .item:hover h3 { text-decoration: underline; text-underline-offset: .2em; text-decoration-thickness: 1px; }
  .item h3 { font-family: inherit; font-weight: 600; font-size: 1rem; letter-spacing: 0; line-height: 1.3; min-height: 2.6em; }
  .item .line { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem .75rem; }
  .item .by { font-size: .86rem; color: var(--ink-soft); }
  .item .said { display: inline-flex; align-items: center; gap: .4rem; font-size: .86rem; color: var(--ink-soft); min-height: 1.3rem; }
  .item .tag { position: absolute; top: .7rem; left: .7rem; }
  @media (prefers-reduced-motion: no-preference) { .item:hover shop-picture { transform: scale(1.03); } }
`;

/** card is a product in a list. */
export function card(p: Card, eager: boolean): TemplateResult {
  return html`<a class="item" href=${at(`/p/${p.upc}`)}>
    <span class="frame"><shop-picture .product=${p} .eager=${eager}></shop-picture>
      ${p.inStock === false ? html`<span class="tag bad">Sold out</span>` : nothing}</span>
    <span class="by">${p.brand?.name ?? ''}</span>
    <h3>${p.name}</h3>
    <span class="line"><span class="price">${money(p.unitPrice)}</span>
      <span class="said">${p.averageRating === null ? nothing : html`<shop-stars .rating=${p.averageRating}></shop-stars> (${p.reviewCount})`}</span></span>
  </a>`;
}
