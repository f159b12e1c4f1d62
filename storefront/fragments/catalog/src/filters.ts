import {money} from '@shop/parts';
import {css, html, type TemplateResult} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {toggled, type Choice} from './choice.ts';
import type {CatalogFragment} from './graphql.ts';

type Facets = NonNullable<CatalogFragment['products']>['facets'];

export const filterLooks = css`
  aside { position: sticky; top: 5.5rem; align-content: start; max-height: calc(100vh - 6.5rem); overflow: auto; padding: .25rem; margin: -.25rem; scrollbar-width: thin; }
  aside form { display: grid; gap: 1.5rem; }
  aside fieldset { display: grid; gap: .1rem; border: 0; padding: 0; margin: 0; min-width: 0; }
  aside legend { font-weight: 650; padding: 0; margin-bottom: .4rem; }
  .option { display: flex; align-items: center; gap: .6rem; padding: .3rem .5rem; border-radius: .5rem; cursor: pointer; font-weight: 450; font-size: .95rem; min-height: 2.1rem; }
  .option:hover { background: var(--tint); }
  .option:has(:checked) { background: var(--tint); font-weight: 600; }
  .option span { margin-left: auto; color: var(--ink-soft); font-size: .85rem; font-weight: 400; font-variant-numeric: tabular-nums; }
  .long { max-height: 14.5rem; overflow: auto; display: grid; gap: .1rem; scrollbar-width: thin; }
  .prices { display: grid; grid-template-columns: 1fr auto 1fr; gap: .5rem; align-items: center; margin-top: .5rem; }
  @media (max-width: 56rem) {
    aside { position: static; max-height: none; border: 1px solid var(--edge); border-radius: var(--round); padding: 1rem; margin: 0; background: var(--card); }
    .shelf { grid-template-columns: 1fr 1fr; }
    .shelf legend { grid-column: 1 / -1; }
  }
`;

/** filters let people choose, and say how many products each choice would leave. */
export function filters(facets: Facets, choice: Choice, currency: string, choose: (change: Partial<Choice>) => void): TemplateResult {
  const option = (name: 'category' | 'brand' | 'is', value: string, text: string, n: number): TemplateResult => html`<label class="option">
    <input type="checkbox" name=${name} value=${value} .checked=${choice[name].includes(value)} @change=${() => choose({[name]: toggled(choice[name], value)})}>
    ${text}<span>${n}</span></label>`;
  const number = (name: 'min' | 'max', label: string): TemplateResult => html`<input type="number" inputmode="decimal" min="0" placeholder=${label} aria-label=${`${label} price`}
    .value=${choice[name]} @change=${(e: Event) => choose({[name]: (e.target as HTMLInputElement).value})}>`;
  const whole = (cents: number): string => money({minor: cents, currency}).replace(/[.,]00(?=\D*$)/, '');
  const range = (from: number, to: number | null): string =>
    to === null ? `${whole(from)} and more` : from === 0 ? `under ${whole(to + 1)}` : `${whole(from)} to ${whole(to + 1)}`;
  return html`<form @submit=${(e: Event) => e.preventDefault()}>
    <fieldset class="shelf"><legend>Shelf</legend>
      ${repeat([...facets.categories].sort((a, b) => a.category.name.localeCompare(b.category.name)), ({category}) => category.id,
        ({category, count}) => option('category', String(category.id), category.name, count))}</fieldset>
    <fieldset><legend>Price</legend>
      ${facets.prices.map(({from, to, count}) => {
        const [min, max] = [from ? String(from / 100) : '', to === null ? '' : String(to / 100)];
        const on = choice.min === min && choice.max === max && (min !== '' || max !== '');
        if (count === 0 && !on) return '';
        return html`<label class="option"><input type="checkbox" name="price" .checked=${on} @change=${() => choose(on ? {min: '', max: ''} : {min, max})}>${range(from, to)}<span>${count}</span></label>`;
      })}
      <div class="prices">${number('min', 'From')}<span aria-hidden="true">–</span>${number('max', 'To')}</div></fieldset>
    ${facets.attributes.filter((a) => a.name !== 'Collection').map((a) => html`<fieldset><legend>${a.name}</legend>
      <div class="long">${repeat(a.values, (v) => v.value, (v) => option('is', `${a.name}:${v.value}`, v.value, v.count))}</div></fieldset>`)}
    <fieldset><legend>Maker</legend>
      <div class="long">${repeat(facets.brands, ({brand}) => brand.id, ({brand, count}) => option('brand', String(brand.id), brand.name, count))}</div></fieldset>
  </form>`;
}
