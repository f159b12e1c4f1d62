import type {Fragment, Problem, Shop} from '@shop/parts';
import type {Spot} from './pages.ts';
import {setup} from './setup.ts';

// A place holds one fragment. Whatever is wrong with it (its module does not load or takes too long, its element throws)
// costs this place only, which then says so.

const slow = 2_500;
const patience = 12_000;

type Placed = Fragment<unknown> & HTMLElement;

export class Place {
  readonly element = document.createElement('section');
  private placed: Placed | undefined;
  private data: unknown;
  private problems: readonly Problem[] = [];
  private params: Record<string, string> = {};
  private variables: Record<string, unknown> = {};
  private failed = false;
  private readonly spot: Spot;
  private readonly shop: Shop;
  private readonly shown: () => void;

  /** shown is called when there is something to see in the place, or it is clear that there will not be. */
  constructor(spot: Spot, shop: Shop, shown: () => void) {
    this.spot = spot;
    this.shop = shop;
    this.shown = shown;
    this.element.className = spot.below ? 'place below' : 'place';
    this.element.dataset['fragment'] = spot.fragment;
    this.element.setAttribute('aria-busy', 'true');
    this.element.addEventListener('shop-broken', (event) => {
      event.stopPropagation();
      this.fail((event as CustomEvent<unknown>).detail);
    });
    void this.load();
  }

  /** Whether there is something to see. */
  get settled(): boolean {
    return !this.element.hasAttribute('aria-busy');
  }

  /** Shows what the page knows by now. */
  show(data: unknown, problems: readonly Problem[], params: Record<string, string>, variables: Record<string, unknown>): void {
    this.data = data;
    this.problems = problems;
    this.params = params;
    this.variables = variables;
    this.render();
  }

  private async load(): Promise<void> {
    this.failed = false;
    const {fragment, element} = this.spot;
    const notice = setTimeout(() => this.note(`${this.spot.title} takes longer than usual …`), slow);
    try {
      if (!(fragment in setup.fragments)) throw new Error(`the fragment ${fragment} is not deployed`);
      await Promise.race([
        import(`@shop/${fragment}`),
        new Promise((_, reject) => setTimeout(() => reject(new Error(`the fragment ${fragment} took too long`)), patience)),
      ]);
      const defined = customElements.get(element);
      if (!defined) throw new Error(`the fragment ${fragment} does not define ${element}`);
      if (this.failed) return;
      this.placed = new defined() as Placed;
      this.render();
    } catch (error) {
      this.fail(error);
    } finally {
      clearTimeout(notice);
    }
  }

  private render(): void {
    if (!this.placed || this.failed || this.data === undefined) return;
    try {
      this.placed.shop = this.shop;
      this.placed.problems = this.problems;
      this.placed.params = this.params;
      this.placed.variables = this.variables;
      this.placed.data = this.data;
      if (this.placed.parentElement !== this.element) this.element.replaceChildren(this.placed);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.settle();
  }

  private settle(): void {
    if (this.settled) return;
    this.element.removeAttribute('aria-busy');
    this.shown();
  }

  private note(text: string): void {
    if (this.placed) return;
    const note = document.createElement('p');
    note.className = 'note';
    note.setAttribute('role', 'status');
    note.textContent = text;
    this.element.replaceChildren(note);
  }

  private fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    console.warn(`The place of ${this.spot.fragment} shows a fallback:`, error instanceof Error ? error.message : error);
    this.placed = undefined;
    const fallback = document.createElement('div');
    fallback.className = 'fallback';
    fallback.setAttribute('role', 'status');
    const text = document.createElement('p');
    const strong = document.createElement('strong');
    strong.textContent = `${this.spot.title} cannot be shown at the moment.`;
    text.append(strong, ' The rest of the shop works.');
    const again = document.createElement('button');
    again.textContent = 'Try again';
    again.addEventListener('click', () => void this.load());
    fallback.append(text, again);
    this.element.replaceChildren(fallback);
    this.settle();
  }
}
