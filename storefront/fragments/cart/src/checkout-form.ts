import {complaintOf, complaints, type UserError} from '@shop/parts';
import {css, html, nothing, type TemplateResult} from 'lit';
import type {CartFragment} from './graphql.ts';

export const checkoutLooks = css`
  form.checkout { display: grid; gap: 1rem; }
  form.checkout h2 { font-size: 1.15rem; }
  .pair { display: grid; grid-template-columns: 7rem 1fr; gap: .8rem; }
  .ways { display: grid; gap: .4rem; border: 0; padding: 0; margin: 0; }
  .ways legend { font-weight: 500; font-size: .9rem; padding: 0; margin-bottom: .4rem; }
  .ways label { display: flex; gap: .7rem; align-items: center; border: 1px solid var(--edge-strong); border-radius: .6rem; padding: .5rem .8rem; min-height: 2.75rem; cursor: pointer; font-weight: 450; }
  .ways label:has(:checked) { border-color: var(--accent); background: var(--tint); font-weight: 600; }
`;

// What the shop's pretended payment provider does with each.
const ways: readonly (readonly [string, string])[] = [
  ['card', 'Card'], ['slow', 'Bank transfer (takes three seconds)'], ['declined', 'A card that is declined'],
];

const fields: readonly (readonly [string, string, string, number])[] = [
  ['name', 'Name', 'name', 80], ['street', 'Street and number', 'street-address', 120], ['postalCode', 'Postal code', 'postal-code', 16],
  ['city', 'City', 'address-level2', 80], ['country', 'Country (two letters)', 'country', 2],
];

/** checkoutForm asks where an order goes and how it is paid. */
export function checkoutForm(me: CartFragment['me'], errors: readonly UserError[], busy: boolean, order: (event: Event) => void): TemplateResult {
  const known = me?.addresses?.at(-1);
  const values: Record<string, string> = known
    ? {name: known.name, street: known.street, postalCode: known.postalCode, city: known.city, country: known.country}
    : {name: me?.name ?? ''};
  const field = ([name, label, autocomplete, max]: (typeof fields)[number]): TemplateResult => {
    const wrong = complaintOf(errors, name);
    return html`<div class="field"><label for=${name}>${label}</label>
      <input id=${name} name=${name} required maxlength=${max} autocomplete=${autocomplete} value=${values[name] ?? ''}
        pattern=${name === 'country' ? '[A-Za-z]{2}' : '.*\\S.*'} aria-invalid=${wrong ? 'true' : 'false'} aria-describedby=${wrong ? `${name}-wrong` : nothing}>
      ${wrong ? html`<p class="complaint" id=${`${name}-wrong`}>${wrong}</p>` : nothing}</div>`;
  };
  const [name, street, postalCode, city, country] = fields.map(field);
  return html`<form class="checkout" @submit=${order}>
    <h2>Where shall it go?</h2>
    ${name}${street}<div class="pair">${postalCode}${city}</div>${country}
    <fieldset class="ways"><legend>How will you pay?</legend>
      ${ways.map(([value, text], i) => html`<label><input type="radio" name="paymentMethod" value=${value} ?checked=${i === 0}>${text}</label>`)}
    </fieldset>
    ${complaints(errors, fields.map(([n]) => n))}
    <button ?disabled=${busy}>${busy ? 'Placing your order …' : 'Order and pay'}</button>
  </form>`;
}
