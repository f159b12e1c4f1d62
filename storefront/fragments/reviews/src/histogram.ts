import {count} from '@shop/parts';
import {html, type TemplateResult} from 'lit';

export interface RatingCount {
  readonly stars: number;
  readonly count: number;
}

/** shares are the parts of all reviews, five stars first, whatever the order and the gaps of what was told. */
export function shares(told: readonly RatingCount[]): {stars: number; n: number; share: number}[] {
  const all = told.reduce((sum, r) => sum + r.count, 0);
  return [5, 4, 3, 2, 1].map((stars) => {
    const n = told.find((r) => r.stars === stars)?.count ?? 0;
    return {stars, n, share: all ? n / all : 0};
  });
}

/** histogram shows how many people gave how many stars, and lets one see only these. */
export function histogram(told: readonly RatingCount[], chosen: number, choose: (stars: number) => void): TemplateResult {
  return html`<ul class="bars" aria-label="How many stars people gave">${shares(told).map(({stars, n, share}) => html`<li>
    <button class="bar" aria-pressed=${chosen === stars ? 'true' : 'false'} ?disabled=${n === 0} @click=${() => choose(chosen === stars ? 0 : stars)}>
      <span>${count(stars, 'star')}<span class="hidden">: ${n === 1 ? 'review' : 'reviews'}</span></span>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="1" class="all"></rect><rect width=${share * 100} height="1"></rect></svg>
      <span>${n}</span></button></li>`)}</ul>`;
}
