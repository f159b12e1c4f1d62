// What drawings are made of: shapes as SVG text, and the colours of a product's material.

/** Tones are the colours of one drawing. */
export interface Tones {
  /** The material, where light falls on it, and in its shadow. */
  readonly base: string;
  readonly light: string;
  readonly dark: string;
  /** Cloth, and what lies or stands on things. */
  readonly cloth: string;
  readonly clothDark: string;
  readonly metal: string;
  readonly paper: string;
  readonly leaf: string;
  readonly leafDark: string;
}

/** Dice are numbers from 0 to 1, the same ones for the same product. */
export type Dice = () => number;

/** Drawing makes the shapes of a product on a square of 400, which stands on y = 330. */
export type Drawing = (t: Tones, dice: Dice) => string;

export const rect = (x: number, y: number, w: number, h: number, fill: string, r = 0, more = ''): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${n(r)}" fill="${fill}" ${more}/>`;

export const circle = (x: number, y: number, r: number, fill: string, more = ''): string =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}" ${more}/>`;

export const oval = (x: number, y: number, rx: number, ry: number, fill: string, more = ''): string =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" ${more}/>`;

export const shape = (d: string, fill: string, more = ''): string => `<path d="${d}" fill="${fill}" ${more}/>`;

export const line = (d: string, stroke: string, width: number, more = ''): string =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`;

/** leg is a tapered leg from (x, y) down to the floor, leaning by lean. */
export const leg = (x: number, y: number, lean: number, fill: string, width = 11, floor = 330): string =>
  shape(`M${n(x - width / 2)} ${y}h${width}L${n(x + lean + width / 3)} ${floor}h${n(-width / 1.6)}z`, fill);

/** each joins what make says for 0 to count-1. */
export const each = (count: number, make: (i: number) => string): string => Array.from({length: count}, (_, i) => make(i)).join('');

const n = (x: number): number => Math.round(x * 10) / 10;

/** sprig is a plant: stems with leaves that rise from (x, y). */
export function sprig(x: number, y: number, height: number, t: Tones, dice: Dice): string {
  const stems = 3 + Math.floor(dice() * 3);
  return each(stems, (i) => {
    const lean = (i - (stems - 1) / 2) * (20 + dice() * 12);
    const tall = height * (0.72 + dice() * 0.28);
    const [topX, topY] = [x + lean, y - tall];
    const fill = i % 2 ? t.leafDark : t.leaf;
    const leaves = each(4, (k) => {
      const at = 0.35 + k * 0.2;
      const [lx, ly] = [x + lean * at * at, y - tall * at];
      const side = k % 2 ? 1 : -1;
      return oval(lx + side * 11, ly - 4, 13, 6.5, fill, `transform="rotate(${side * -32} ${n(lx + side * 11)} ${n(ly - 4)})"`);
    });
    return line(`M${x} ${y}Q${n(x + lean * 0.2)} ${n(y - tall * 0.5)} ${n(topX)} ${n(topY)}`, t.leafDark, 3) + leaves +
      oval(topX, topY - 8, 7, 13, fill, `transform="rotate(${n(lean)} ${n(topX)} ${n(topY)})"`);
  });
}
