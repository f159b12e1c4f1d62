import {complaintOf, complaints, count, type UserError} from '@shop/parts';
import {css, html, nothing, type TemplateResult} from 'lit';
import {picked, type Chosen} from './pictures.ts';

export const formLooks = css`
  form { display: grid; gap: 1rem; margin-bottom: 1.6rem; }
  fieldset { border: 0; padding: 0; margin: 0; }
  .rate { display: inline-flex; gap: .15rem; position: relative; }
  .rate label { cursor: pointer; padding: .3rem; border-radius: .5rem; line-height: 0; }
  .rate label:hover { background: var(--tint); }
  .rate input { position: absolute; opacity: 0; }
  .rate svg { width: 1.9rem; height: 1.9rem; fill: var(--star-off); stroke: var(--edge-strong); stroke-width: 1; }
  .rate .on svg { fill: var(--star); stroke: var(--star); }
  .rate label:focus-within { outline: 2px solid var(--accent); }
  .row { display: flex; gap: .75rem; flex-wrap: wrap; }
`;

export interface Draft {
  readonly id?: string;
  readonly rating: number;
  readonly title: string;
  readonly body: string;
  /** Pictures come with a new review. */
  readonly pictures?: readonly Chosen[];
}

/** reviewForm asks for a review, or for the next form of one. */
export function reviewForm(
  draft: Draft, errors: readonly UserError[], busy: boolean, rate: (stars: number) => void, submit: (event: Event) => void, cancel: () => void,
  add: (files: readonly File[]) => void, change: (chosen: readonly Chosen[]) => void,
): TemplateResult {
  const about = errors.find((e) => e.field?.startsWith('input.pictures'));
  const [rating, title, body] = ['rating', 'title', 'body'].map((name) => complaintOf(errors, name));
  return html`<form class="card" @submit=${submit}>
    <h3>Your review</h3>
    <fieldset><legend class="hidden">Stars</legend>
      <div class="rate">${[1, 2, 3, 4, 5].map((n) => html`<label class=${n <= draft.rating ? 'on' : ''}>
        <input type="radio" name="rating" value=${n} aria-label=${count(n, 'star')} .checked=${draft.rating === n} @change=${() => rate(n)}>
        <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 1.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L10 14.9l-5.2 2.8 1-5.9L1.5 7.7l5.9-.8z"></path></svg></label>`)}</div>
      ${rating ? html`<p class="complaint" role="alert">${rating}</p>` : nothing}
    </fieldset>
    <div class="field"><label for="title">Headline</label>
      <input id="title" name="title" required maxlength="120" value=${draft.title} aria-invalid=${title ? 'true' : 'false'}>${title ? html`<p class="complaint">${title}</p>` : nothing}</div>
    <div class="field"><label for="body">Your experience</label>
      <textarea id="body" name="body" required maxlength="4000" .defaultValue=${draft.body} aria-invalid=${body ? 'true' : 'false'}></textarea>${body ? html`<p class="complaint">${body}</p>` : nothing}</div>
    ${draft.id ? nothing : picked(draft.pictures ?? [], about?.message, add, change)}
    ${complaints(errors.filter((e) => e !== about), ['title', 'body', 'rating'])}
    <div class="row"><button ?disabled=${busy}>${busy ? (draft.pictures?.length ? 'Sending your pictures …' : 'One moment …') : 'Publish'}</button>
      <button type="button" class="quiet" @click=${cancel}>Not now</button></div>
  </form>`;
}
