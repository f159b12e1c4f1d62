import {complaintOf, complaints, type UserError} from '@shop/parts';
import {css, html, nothing, type TemplateResult} from 'lit';

export const formLooks = css`
  form { display: grid; gap: 1rem; }
  .pair { display: grid; grid-template-columns: 7rem 1fr; gap: .8rem; }
  .row { display: flex; gap: .75rem; flex-wrap: wrap; }
  .hint { font-size: .85rem; color: var(--ink-soft); }
`;

interface Field {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: string;
  readonly type?: string;
  readonly max: number;
  readonly min?: number;
  readonly hint?: string;
  readonly value?: string;
  readonly pattern?: string;
}

function field(f: Field, errors: readonly UserError[]): TemplateResult {
  const wrong = complaintOf(errors, f.name);
  const about = wrong ? `${f.name}-wrong` : f.hint ? `${f.name}-hint` : nothing;
  return html`<div class="field"><label for=${f.name}>${f.label}</label>
    <input id=${f.name} name=${f.name} type=${f.type ?? 'text'} required maxlength=${f.max} minlength=${f.min ?? nothing} autocomplete=${f.autocomplete}
      pattern=${f.pattern ?? nothing} value=${f.value ?? ''} aria-invalid=${wrong ? 'true' : 'false'} aria-describedby=${about}>
    ${wrong ? html`<p class="complaint" id=${`${f.name}-wrong`}>${wrong}</p>` : f.hint ? html`<p class="hint" id=${`${f.name}-hint`}>${f.hint}</p>` : nothing}</div>`;
}

/** addressForm asks for another address. */
export function addressForm(
  name: string, errors: readonly UserError[], busy: boolean, submit: (event: Event) => void, cancel: () => void,
): TemplateResult {
  return html`<form @submit=${submit}>
    ${field({name: 'name', label: 'Name', autocomplete: 'name', max: 80, value: name}, errors)}
    ${field({name: 'street', label: 'Street and number', autocomplete: 'street-address', max: 120}, errors)}
    <div class="pair">${field({name: 'postalCode', label: 'Postal code', autocomplete: 'postal-code', max: 16}, errors)}
      ${field({name: 'city', label: 'City', autocomplete: 'address-level2', max: 80}, errors)}</div>
    ${field({name: 'country', label: 'Country (two letters)', autocomplete: 'country', max: 2, pattern: '[A-Za-z]{2}'}, errors)}
    ${complaints(errors, ['name', 'street', 'postalCode', 'city', 'country'])}
    <div class="row"><button ?disabled=${busy}>Save</button><button type="button" class="quiet" @click=${cancel}>Not now</button></div>
  </form>`;
}
