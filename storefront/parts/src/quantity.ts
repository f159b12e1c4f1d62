import {css, html, LitElement} from 'lit';
import {define} from './fragment.ts';
import {controls} from './looks.ts';

/** Quantity is a number of pieces that one can type or step. It says 'change' with the number as detail. */
class Quantity extends LitElement {
  static override properties = {
    value: {type: Number}, min: {type: Number}, max: {type: Number}, label: {}, disabled: {type: Boolean},
  };
  declare value: number;
  declare min: number;
  declare max: number;
  declare label: string;
  declare disabled: boolean;

  constructor() {
    super();
    this.value = 1;
    this.min = 1;
    this.max = 100;
    this.label = 'Quantity';
    this.disabled = false;
  }

  static override styles = [controls, css`
    :host { display: inline-flex; }
    div { display: inline-flex; align-items: stretch; border: 1px solid var(--edge-strong); border-radius: 999px; overflow: hidden; background: var(--card); }
    div:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; }
    button { width: 2.6rem; min-height: 2.6rem; padding: 0; border: 0; border-radius: 0; background: none; color: var(--ink); font-size: 1.15rem; }
    button:hover:not(:disabled) { background: var(--tint); }
    button:focus-visible { outline-offset: -3px; border-radius: 999px; }
    input { width: 2.6rem; min-height: 2.6rem; border: 0; padding: 0; text-align: center; background: none; appearance: textfield; font-variant-numeric: tabular-nums; }
    input:focus-visible { outline: none; }
    input::-webkit-inner-spin-button { display: none; }
  `];

  private set(n: number): void {
    const next = Math.max(this.min, Math.min(this.max, Math.round(n)));
    if (!Number.isFinite(next)) {
      this.requestUpdate();
      return;
    }
    this.value = next;
    this.dispatchEvent(new CustomEvent('change', {detail: next}));
  }

  override render() {
    return html`<div role="group" aria-label=${this.label}>
      <button type="button" aria-label="One less" ?disabled=${this.disabled || this.value <= this.min}
        @click=${() => this.set(this.value - 1)}>−</button>
      <input type="number" inputmode="numeric" aria-label=${this.label} min=${this.min} max=${this.max} .value=${String(this.value)}
        ?disabled=${this.disabled} @change=${(e: Event) => { e.stopPropagation(); this.set((e.target as HTMLInputElement).valueAsNumber); }}>
      <button type="button" aria-label="One more" ?disabled=${this.disabled || this.value >= this.max}
        @click=${() => this.set(this.value + 1)}>+</button>
    </div>`;
  }
}

define('shop-quantity', Quantity);
