import {circle, each, leg, line, oval, rect, shape, sprig, type Dice, type Drawing, type Tones} from './pen.ts';

/** books fill a width on a board at y. */
function books(x: number, y: number, width: number, t: Tones, dice: Dice): string {
  let text = '';
  const colours = [t.cloth, t.clothDark, t.paper, t.leafDark, t.metal];
  for (let at = x; at < x + width - 12;) {
    const wide = 9 + dice() * 8;
    const tall = 30 + dice() * 16;
    text += rect(at, y - tall, wide, tall, colours[Math.floor(dice() * colours.length)] ?? t.paper, 1.5);
    at += wide + 1.5;
  }
  return text;
}

export const bookcase: Drawing = (t, dice) =>
  rect(98, 76, 204, 252, t.base, 8) + each(4, (i) => rect(110, 88 + i * 60, 180, 50, t.dark, 3)) +
  each(4, (i) => (i === 1
    ? books(116, 198, 84, t, dice) + circle(250, 180, 17, t.paper) + circle(250, 180, 9, t.cloth)
    : i === 2 ? sprig(148, 246, 30, t, dice) + shape('M134 240h28l-4 18h-20z', t.paper) + books(196, 258, 92, t, dice)
      : books(116, 138 + i * 60, 168, t, dice))) + rect(92, 72, 216, 12, t.light, 5) + rect(104, 326, 192, 6, t.dark, 2);

export const wallShelf: Drawing = (t, dice) =>
  each(2, (i) => rect(74 + i * 26, 170 + i * 96, 226, 14, t.light, 6) + rect(74 + i * 26, 182 + i * 96, 226, 5, t.dark, 2) +
    shape(`M${104 + i * 26} ${184 + i * 96}h10v26q-10-8-10-26z`, t.dark) + shape(`M${262 + i * 26} ${184 + i * 96}h10v26q-10-8-10-26z`, t.dark)) +
  books(92, 170, 92, t, dice) + sprig(236, 144, 54, t, dice) + shape('M218 138h36l-5 32h-26z', t.cloth) +
  rect(128, 222, 48, 44, t.paper, 3) + rect(134, 228, 36, 32, t.cloth, 2) + books(206, 266, 96, t, dice);

export const ladderShelf: Drawing = (t, dice) =>
  line('M146 76L112 328M254 76L288 328', t.base, 11) +
  each(4, (i) => rect(140 - i * 9, 118 + i * 62, 120 + i * 18, 11, t.light, 5) + rect(140 - i * 9, 127 + i * 62, 120 + i * 18, 4, t.dark, 2)) +
  sprig(180, 98, 30, t, dice) + shape('M166 94h28l-4 24h-20z', t.cloth) + books(148, 180, 80, t, dice) + books(190, 242, 76, t, dice) +
  oval(152, 230, 18, 12, t.paper) + rect(132, 270, 62, 34, t.cloth, 5) + rect(152, 282, 22, 6, t.paper, 3) + books(212, 304, 60, t, dice);

export const cabinet: Drawing = (t, dice) =>
  leg(98, 292, -4, t.dark, 13) + leg(302, 292, 4, t.dark, 13) + rect(72, 166, 256, 130, t.base, 10) + rect(66, 158, 268, 14, t.light, 6) +
  each(2, (i) => rect(82 + i * 120, 180, 116, 106, t.light, 6) + rect(i ? 210 : 182, 222, 6, 24, t.dark, 3) +
    each(6, (k) => rect(92 + i * 120 + k * 17, 190, 2, 86, t.base))) +
  sprig(120, 126, 52, t, dice) + shape('M104 122h32l-5 36h-22z', t.cloth) + rect(226, 112, 62, 46, t.paper, 3) + rect(233, 119, 48, 32, t.clothDark, 2);

export const basket: Drawing = (t) =>
  line('M140 196q0-70 60-70t60 70', t.dark, 11) + oval(200, 196, 96, 24, t.dark) + oval(200, 190, 96, 22, t.clothDark) +
  shape('M120 186q30-30 76-12t88 6l-6 26H124z', t.cloth) + shape('M104 196q96 34 192 0l-22 120q-74 22-148 0z', t.base) +
  each(4, (i) => line(`M${110 + i * 5} ${222 + i * 25}q${90 - i * 5} 30 ${180 - i * 10} 0`, t.dark, 3)) +
  each(7, (i) => line(`M${126 + i * 25} ${212 + (3 - Math.abs(i - 3)) * 3}L${140 + i * 20} ${318 + (3 - Math.abs(i - 3)) * 3}`, t.light, 3)) + line('M106 198q94 34 188 0', t.light, 9);

export const chest: Drawing = (t) =>
  rect(80, 216, 240, 110, t.base, 8) + shape('M80 222v-26q0-40 46-40h148q46 0 46 40v26z', t.light) + rect(76, 212, 248, 12, t.dark, 5) +
  each(2, (i) => rect(116 + i * 148, 158, 20, 168, t.dark, 3)) + rect(182, 204, 36, 36, t.metal, 6) + circle(200, 220, 5, t.paper) + rect(194, 220, 12, 12, t.metal);

export const coatRack: Drawing = (t) =>
  leg(200, 290, -46, t.dark, 11) + leg(200, 290, 46, t.base, 11) + leg(200, 290, 0, t.dark, 11) + rect(193, 78, 14, 226, t.base, 7) + circle(200, 74, 12, t.light) +
  line('M200 118q-34 4-44-24M200 118q34 4 44-24M200 154q-24 2-32-16M200 154q24 2 32-16', t.light, 9) +
  shape('M152 104q-22 12-26 60l-6 74q24 12 56 2l4-66q2-50-20-72z', t.cloth) + line('M148 136l-4 98', t.clothDark, 3) + shape('M222 82q22-22 44 0l8 10h-60z', t.clothDark) + rect(212, 90, 64, 8, t.clothDark, 4);

export const shoeRack: Drawing = (t) => {
  const shoe = (x: number, y: number, fill: string): string =>
    shape(`M${x} ${y}v-24q10-6 20 4l12 10q20 2 22 10z`, fill) + rect(x, y - 3, 54, 5, t.paper, 2);
  return rect(78, 190, 13, 140, t.base, 5) + rect(309, 190, 13, 140, t.base, 5) + rect(70, 184, 260, 13, t.light, 6) +
    each(2, (i) => rect(86, 244 + i * 56, 228, 9, t.light, 4) + rect(86, 252 + i * 56, 228, 4, t.dark, 2)) +
    shoe(106, 244, t.cloth) + shoe(168, 244, t.cloth) + shoe(240, 244, t.clothDark) + shoe(112, 300, t.metal) + shoe(176, 300, t.clothDark) + shoe(240, 300, t.leafDark) +
    shape('M110 160h40l-5 24h-30z', t.paper);
};

export const box: Drawing = (t) =>
  rect(98, 196, 204, 132, t.base, 10) + rect(98, 288, 204, 40, t.dark, 10, 'opacity=".35"') + rect(88, 172, 224, 36, t.light, 10) + rect(88, 202, 224, 6, t.dark, 3) +
  rect(172, 236, 56, 30, t.paper, 5) + rect(182, 246, 36, 4, t.metal, 2) + rect(182, 254, 24, 4, t.metal, 2);
