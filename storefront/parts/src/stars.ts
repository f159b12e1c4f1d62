import {css, html, LitElement, svg} from 'lit';
import {define} from './fragment.ts';

/** Stars show a rating of 1 to 5; screen readers hear it. */
class Stars extends LitElement {
  static override properties = {rating: {type: Number}};
  declare rating: number;

  static override styles = css`
    :host { display: inline-block; line-height: 1; white-space: nowrap; }
    svg { width: 5.6em; height: 1.1em; display: block; }
    .all { fill: var(--star-off); }
    .on { fill: var(--star); }
  `;

  override render() {
    const part = Math.max(0, Math.min(5, this.rating)) / 5;
    const star = 'M10 1.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L10 14.9l-5.2 2.8 1-5.9L1.500 7.700l5.900-.8z';
    const row = [0, 1, 2, 3, 4];
    return html`<svg viewBox="0 0 102 20" role="img" aria-label=${`${Math.round(this.rating * 10) / 10} of 5 stars`}>
      <defs><clipPath id="part"><rect x="0" y="0" width=${part * 102} height="20"></rect></clipPath>
      <path id="star" d=${star}></path></defs>
      <g class="all">${row.map((i) => useAt(i))}</g>
      <g class="on" clip-path="url(#part)">${row.map((i) => useAt(i))}</g>
    </svg>`;
  }
}

function useAt(i: number) {
  return svg`<use href="#star" x=${i * 20.5}></use>`;
}

define('shop-stars', Stars);
