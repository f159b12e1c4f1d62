import {html, nothing, type TemplateResult} from 'lit';
import type {Shop, UserError} from './contract.ts';
import {Refused} from './contract.ts';

/** unavailable stands where something cannot be shown at the moment. */
export function unavailable(what: string, shop: Shop): TemplateResult {
  return html`<div class="unavailable" role="status">
    <p><strong>${what} cannot be shown at the moment.</strong> The rest of the page works.</p>
    <button class="quiet" @click=${() => void shop.reload()}>Try again</button>
  </div>`;
}

/** complaints lists what is wrong and does not belong to a single field. */
export function complaints(errors: readonly UserError[], fields: readonly string[]): TemplateResult | typeof nothing {
  const rest = errors.filter((e) => !fields.includes(lastName(e.field)));
  if (rest.length === 0) return nothing;
  return html`<div class="complaints" role="alert">${rest.map((e) => html`<p>${e.message}</p>`)}</div>`;
}

/** complaintOf is what is wrong with a field, or nothing. */
export function complaintOf(errors: readonly UserError[], field: string): string | undefined {
  return errors.find((e) => lastName(e.field) === field)?.message;
}

function lastName(field: string | null | undefined): string {
  return field?.split('.').pop() ?? '';
}

/** told makes user errors of whatever was thrown. */
export function told(error: unknown): UserError[] {
  if (error instanceof Refused) {
    return error.problems.map((p) => ({
      field: (p.extensions?.['field'] as string | undefined) ?? null,
      message: p.message,
      code: p.extensions?.code ?? '',
    }));
  }
  return [{field: null, message: 'The shop does not answer. Please try again in a moment.', code: 'UNREACHABLE'}];
}
