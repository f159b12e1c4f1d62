import {css, html, type TemplateResult} from 'lit';
import type {Choice} from './choice.ts';
import type {CatalogFragment} from './graphql.ts';

export const filterLooks = css`
  aside { position: sticky; top: 5.5rem; display: grid; gap: 1.5rem; align-content: start; max-height: calc(100vh - 6.5rem); overflow: auto; padding: .25rem; margin: -.25rem; scrollbar-width: thin; }
  aside form, aside fieldset { display: grid; gap: 1.4rem; border: 0; padding: 0; margin: 0; min-width: 0; }
  aside fieldset { gap: .15rem; }
  aside legend { font-weight: 650; padding: 0; margin-bottom: .45rem; }
  .option { display: flex; align-items: center; gap: .6rem; padding: .32rem .5rem; border-radius: .5rem; cursor: pointer; font-weight: 450; font-size: .95rem; min-height: 2.1rem; }
  .option:hover { background: var(--tint); }
  .option:has(:checked) { background: var(--tint); font-weight: 600; }
  .option span { margin-left: auto; color: var(--ink-soft); font-size: .85rem; font-weight: 400; font-variant-numeric: tabular-nums; }
  .prices { display: grid; grid-template-columns: 1fr auto 1fr; gap: .5rem; align-items: center; }
  @media (max-width: 56rem) {
    aside { position: static; max-height: none; border: 1px solid var(--edge); border-radius: var(--round); padding: 1rem; margin: 0; background: var(--card); }
    .shelf { grid-template-columns: 1fr 1fr; }
    .shelf legend { grid-column: 1 / -1; }
  }
`;

/** filters let people choose. */
export function filters(data: CatalogFragment, choice: Choice, choose: (change: Record<string, string>) => void): TemplateResult {
  const option = (name: 'category', value: string, text: string, n?: number) => html`<label class="option">
    <input type="radio" name=${name} value=${value} .checked=${choice[name] === value} @change=${() => choose({[name]: value})}>
    ${text}${n === undefined ? '' : html`<span>${n}</span>`}</label>`;
  const price = (name: 'min' | 'max', label: string) => html`<input type="number" inputmode="decimal" min="0" step="1" placeholder=${label} aria-label=${`${label} price`}
    .value=${choice[name]} @change=${(e: Event) => choose({[name]: (e.target as HTMLInputElement).value})}>`;
  return html`<form @submit=${(e: Event) => e.preventDefault()}>
    <fieldset class="shelf"><legend>Shelf</legend>
      ${option('category', '', 'Everything')}
      ${data.categories?.map((c) => option('category', c.id, c.name, c.productCount)) ?? ''}
    </fieldset>
    <fieldset><legend>Price</legend><div class="prices">${price('min', 'From')}<span aria-hidden="true">–</span>${price('max', 'To')}</div></fieldset>
    <fieldset><legend id="maker">Maker</legend>
      <select aria-labelledby="maker" @change=${(e: Event) => choose({brand: (e.target as HTMLSelectElement).value})}>
        <option value="" ?selected=${!choice.brand}>All makers</option>
        ${data.brands?.map((b) => html`<option value=${b.id} ?selected=${choice.brand === b.id}>${b.name}</option>`) ?? ''}
      </select>
    </fieldset>
  </form>`;
}
