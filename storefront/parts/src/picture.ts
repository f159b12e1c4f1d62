import {css, html, LitElement} from 'lit';
import {drawingOf} from './drawings/index.ts';
import type {Dice, Tones} from './drawings/pen.ts';
import {define} from './fragment.ts';

// Pictures of products are drawn from what the product's data say: what it is by its name, what it is made of, and, for all
// the rest, dice that fall alike for the same product.

export interface Pictured {
  readonly upc: string;
  readonly name: string;
  readonly category?: {readonly id: string} | null;
  readonly attributes?: readonly {readonly name: string; readonly value: string}[];
}

type Colours = readonly [base: string, light: string, dark: string];

const materials: Readonly<Record<string, readonly Colours[]>> = {
  oak: [['#c69a63', '#dcb684', '#9c7444']], walnut: [['#7d553b', '#9a6f52', '#593a27']], birch: [['#dfc79f', '#eedcbd', '#b99f76']],
  ash: [['#cdb793', '#e2d0b0', '#a38d6a']], pine: [['#dbb27b', '#ecca9a', '#b3884f']], bamboo: [['#c6b76e', '#dccf92', '#9a8b46']],
  rattan: [['#c48f55', '#dcae78', '#956738']], cane: [['#d4b37b', '#e6cc9f', '#a88750']], linen: [['#cfc3ae', '#e3dac9', '#a4977f']],
  wool: [['#b9b2c8', '#d3cddf', '#8c84a0'], ['#d6b3a2', '#e7cdc0', '#a98370']], felt: [['#71839b', '#93a3b8', '#4f5f76'], ['#7f9480', '#9fb29f', '#5a6f5c']],
  velvet: [['#2f6f63', '#468c7e', '#1f4e45'], ['#8c3f54', '#ab5c71', '#652a3b'], ['#3f5488', '#5d72a8', '#2b3b64'], ['#b8863a', '#d0a35c', '#8a6124']],
  leather: [['#a2623a', '#bf8158', '#754324']], steel: [['#98a4b0', '#bcc6cf', '#6d7985']], brass: [['#c7a04c', '#e0c178', '#957430']],
  copper: [['#bf7049', '#d8926d', '#8e4c2c']], marble: [['#dcdbe0', '#f1f0f3', '#aeadb8']],
  ceramic: [['#e4ded2', '#f5f1e8', '#b8b09f'], ['#8fb1b8', '#b2cdd2', '#668a92'], ['#d99a7c', '#e8b9a2', '#ad7055'], ['#6f8f7a', '#92ad9b', '#4f6c59']],
};

const other: readonly Colours[] = [['#c69a63', '#dcb684', '#9c7444'], ['#8fb1b8', '#b2cdd2', '#668a92'], ['#d99a7c', '#e8b9a2', '#ad7055']];

const cloths: readonly (readonly [string, string])[] = [
  ['#d9795d', '#b65a41'], ['#5f8f86', '#437068'], ['#e0b04f', '#bb8b2d'], ['#6b82b5', '#4c6293'], ['#c77d95', '#a35d75'], ['#8a9a5b', '#697840'], ['#e6d5bd', '#c6b091'],
];

// What a product's colour does to what can be coloured, and to cloth that lies on it.
const colours: Readonly<Record<string, Colours>> = {
  red: ['#b5483f', '#cf6a5e', '#86302a'], green: ['#55836a', '#77a48a', '#3b614d'], blue: ['#4c6fa5', '#7091c2', '#35507c'], yellow: ['#dcab45', '#ecc873', '#ad8028'],
  black: ['#4a4749', '#67636a', '#322f33'], grey: ['#979aa1', '#b6b9bf', '#6f727a'], white: ['#e9e5df', '#f8f6f2', '#bfb9b0'], natural: ['#d3bd98', '#e6d5b8', '#a89169'],
};

// Materials that come in colours; the others have their own.
const dyed = ['linen', 'wool', 'felt', 'velvet', 'ceramic', 'leather', 'steel'];

// Wall, floor, and what is on the wall.
const rooms: readonly (readonly [string, string, string])[] = [
  ['#f4e4d4', '#e6cdb5', '#faf0e6'], ['#dfe9e1', '#c6d6ca', '#eff5f0'], ['#e2e6f3', '#c8cfe4', '#f1f3fa'], ['#f6eac6', '#e8d59d', '#fbf5e0'],
  ['#f3dcd8', '#e3c0ba', '#faeeec'], ['#d8e9ec', '#bbd5da', '#ecf5f7'], ['#e9e2f0', '#d2c6de', '#f5f1f8'], ['#e8e6df', '#d3cfc3', '#f5f4f0'],
];

/** dice makes numbers from 0 to 1 of a text: the same ones for the same text (mulberry32). */
export function diceOf(text: string): Dice {
  let state = 2166136261;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = <T>(from: readonly T[], dice: Dice): T => from[Math.floor(dice() * from.length)] as T;

/** draw is the picture of a product, an SVG document. */
export function draw(product: Pictured): string {
  const dice = diceOf(product.upc + product.name);
  const material = product.name.toLowerCase().split(/[^a-z]+/).find((word) => word in materials);
  const colour = colours[product.attributes?.find((a) => a.name === 'Colour')?.value.toLowerCase() ?? ''];
  const own = pick(material ? (materials[material] ?? other) : other, dice);
  const [base, light, dark] = colour && (!material || dyed.includes(material)) ? colour : own;
  const [wall, floor, sign] = pick(rooms, dice);
  const any = pick(cloths, dice);
  const [cloth, clothDark] = colour && base !== colour[0] ? [colour[0], colour[2]] : any;
  const tones: Tones = {
    base, light, dark, cloth, clothDark, metal: '#4d4a4b', paper: '#fdf9f1', leaf: '#7fa06b', leafDark: '#557a4d',
  };
  const onWall = [
    `<circle cx="${120 + Math.round(dice() * 160)}" cy="${120 + Math.round(dice() * 50)}" r="${84 + Math.round(dice() * 30)}" fill="${sign}"/>`,
    `<path d="M60 300V170a140 140 0 01280 0v130z" fill="${sign}"/>`,
    `<path d="M0 300L${150 + Math.round(dice() * 120)} 0H400V300z" fill="${sign}" opacity=".75"/>`,
    `<rect x="70" y="46" width="118" height="150" rx="8" fill="${sign}"/><rect x="212" y="46" width="118" height="150" rx="8" fill="${sign}"/>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400"><rect width="400" height="400" fill="${wall}"/>` +
    `${pick(onWall, dice)}<rect y="300" width="400" height="100" fill="${floor}"/><ellipse cx="200" cy="332" rx="148" ry="15" fill="#3b2f2a" opacity=".13"/>` +
    `${drawingOf(product.name, product.category?.id)(tones, dice)}</svg>`;
}

const drawn = new Map<string, string>();

/** Picture shows a product. Its alternative text is empty where the name stands beside it anyway. */
class Picture extends LitElement {
  static override properties = {product: {attribute: false}, alt: {}, eager: {type: Boolean}};
  declare product: Pictured | undefined;
  declare alt: string;
  declare eager: boolean;

  constructor() {
    super();
    this.alt = '';
    this.eager = false;
  }

  static override styles = css`
    :host { display: block; aspect-ratio: 1; overflow: hidden; background: var(--bone); }
    img { display: block; width: 100%; height: 100%; object-fit: cover; }
    @media (prefers-color-scheme: dark) { img { filter: brightness(.86) saturate(.95); } }
  `;

  override render() {
    const product = this.product;
    if (!product) return html``;
    const key = [product.upc, product.name, ...(product.attributes ?? []).map((a) => a.value)].join('/');
    let source = drawn.get(key);
    if (!source) {
      source = `data:image/svg+xml,${encodeURIComponent(draw(product))}`;
      if (drawn.size > 500) drawn.clear();
      drawn.set(key, source);
    }
    return html`<img src=${source} alt=${this.alt} width="400" height="400" loading=${this.eager ? 'eager' : 'lazy'} decoding="async">`;
  }
}

define('shop-picture', Picture);
