import {LitElement, type PropertyValues} from 'lit';
import type {Problem, Shop} from './contract.ts';

/** Fragment is the base of the elements that the shell places. */
export abstract class Fragment<D, P = Record<string, string>> extends LitElement {
  static override properties = {
    shop: {attribute: false},
    data: {attribute: false},
    problems: {attribute: false},
    params: {attribute: false},
    variables: {attribute: false},
  };

  declare shop: Shop;
  /** What the fragment's GraphQL fragment has asked for; undefined until it is there. */
  declare data: D | undefined;
  /** The errors of the page's answer. */
  declare problems: readonly Problem[];
  /** What the address says: parts of the path by number, and the query; values of one name are joined by `|`. */
  declare params: P;
  /** The variables of the page's operation. */
  declare variables: Readonly<Record<string, unknown>>;

  private stops: (() => void)[] = [];
  private watched = '';

  constructor() {
    super();
    this.problems = [];
    this.variables = {};
  }

  /** The errors at, or below, a field. */
  problemsAt(...path: string[]): Problem[] {
    return this.problems.filter((p) => p.path && path.every((name, i) => p.path?.[i] === name || p.path?.[i] === undefined));
  }

  /** Follow says what has to be watched, under a key: it is watched once, until there is another key or the element is gone. */
  protected follow(key: string, start: () => (() => void)[]): void {
    if (this.watched === key) return;
    this.unfollow();
    this.watched = key;
    this.stops = start();
  }

  private unfollow(): void {
    this.watched = '';
    for (const stop of this.stops.splice(0)) stop();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unfollow();
  }

  // An element that cannot show itself says so: the shell then shows a fallback in its place.
  protected override performUpdate(): void {
    try {
      super.performUpdate();
    } catch (error) {
      this.dispatchEvent(new CustomEvent('shop-broken', {detail: error, bubbles: true, composed: true}));
    }
  }

  protected override updated(_changed: PropertyValues): void {}
}

/** define registers an element, once. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
