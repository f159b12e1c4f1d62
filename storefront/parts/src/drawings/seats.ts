import {circle, each, leg, line, oval, rect, shape, type Drawing, type Tones} from './pen.ts';

const legs = (t: Tones, left: number, right: number, y: number, width = 11): string =>
  leg(left + 14, y, 4, t.dark, width) + leg(right - 14, y, -4, t.dark, width) + leg(left, y, -8, t.base, width) + leg(right, y, 8, t.base, width);

export const chair: Drawing = (t, dice) => {
  const rungs = dice() < 0.5;
  return legs(t, 142, 258, 236) + rect(132, 92, 13, 150, t.base, 6) + rect(255, 92, 13, 150, t.base, 6) +
    (rungs
      ? each(3, (i) => rect(140, 104 + i * 36, 120, 18, i === 0 ? t.light : t.base, 8))
      : rect(136, 94, 128, 34, t.light, 14) + each(5, (i) => rect(157 + i * 20, 124, 6, 106, t.base, 3))) +
    rect(122, 226, 156, 20, t.light, 10) + rect(130, 214, 140, 18, t.cloth, 9);
};

export const stool: Drawing = (t) =>
  leg(200, 210, 0, t.dark, 12) + leg(150, 210, -22, t.base, 13) + leg(250, 210, 22, t.base, 13) +
  line('M141 286H259', t.dark, 7) + oval(200, 206, 84, 17, t.dark) + oval(200, 198, 84, 19, t.light) + oval(200, 196, 66, 12, t.base);

export const armchair: Drawing = (t) =>
  leg(126, 290, -6, t.dark, 13) + leg(274, 290, 6, t.dark, 13) +
  shape('M118 136q0-42 42-42h80q42 0 42 42v120H118z', t.base) + shape('M136 142q0-32 30-32h68q30 0 30 32v84H136z', t.light) +
  rect(112, 226, 176, 68, t.base, 18) + rect(134, 206, 132, 42, t.light, 18) + line('M140 246H260', t.dark, 2.5) +
  rect(86, 186, 50, 110, t.base, 24) + rect(264, 186, 50, 110, t.base, 24) +
  rect(92, 192, 38, 22, t.light, 11) + rect(270, 192, 38, 22, t.light, 11) + rect(206, 168, 54, 50, t.cloth, 12, 'transform="rotate(10 233 193)"');

export const rocker: Drawing = (t) =>
  line('M96 318Q196 348 312 312', t.dark, 11) + line('M132 230L118 322M262 230L276 322', t.base, 10) +
  line('M140 232L108 88M246 232L226 84', t.base, 11) + rect(106, 84, 124, 24, t.light, 12, 'transform="rotate(-2 168 96)"') +
  each(4, (i) => line(`M${132 + i * 24} 108L${154 + i * 23} 224`, t.base, 5)) +
  line('M124 170H284M276 170V230', t.light, 11) + rect(126, 222, 156, 20, t.light, 10) + rect(136, 208, 134, 18, t.cloth, 9);

export const bench: Drawing = (t, dice) =>
  legs(t, 84, 316, 248, 13) + rect(62, 232, 276, 20, t.light, 8) + rect(62, 246, 276, 8, t.dark, 4) +
  (dice() < 0.6 ? rect(70, 218, 120, 18, t.cloth, 9) + rect(84, 166, 58, 54, t.clothDark, 12, 'transform="rotate(-8 113 193)"') :
    each(3, (i) => rect(66, 236 + i * 5, 268, 1.5, t.base)));

export const gardenChair: Drawing = (t) =>
  leg(126, 246, -10, t.dark, 14) + leg(276, 226, 14, t.base, 14) +
  each(5, (i) => rect(134 + i * 27, 92 + Math.abs(i - 2) * 10, 22, 150, i % 2 ? t.base : t.light, 8)) +
  rect(124, 150, 152, 12, t.dark, 6) + rect(112, 238, 176, 16, t.light, 8) + rect(112, 256, 176, 12, t.base, 6) +
  rect(92, 190, 44, 14, t.light, 7) + rect(264, 190, 44, 14, t.light, 7) + rect(100, 200, 12, 130, t.base, 5) + rect(288, 200, 12, 130, t.base, 5);

const sofaOf = (width: number, seats: number): Drawing => (t) => {
  const x = 200 - width / 2;
  const inner = width - 84;
  const seat = inner / seats;
  return leg(x + 26, 292, -5, t.dark, 13) + leg(x + width - 26, 292, 5, t.dark, 13) +
    rect(x + 18, 148, width - 36, 120, t.base, 28) +
    each(seats, (i) => rect(x + 42 + i * seat + 3, 158, seat - 6, 84, t.light, 20)) +
    rect(x + 10, 236, width - 20, 62, t.base, 16) +
    each(seats, (i) => rect(x + 42 + i * seat + 2, 222, seat - 4, 40, t.light, 16)) + line(`M${x + 46} 263H${x + width - 46}`, t.dark, 2.5) +
    rect(x, 196, 50, 102, t.base, 24) + rect(x + width - 50, 196, 50, 102, t.base, 24) +
    rect(x + 6, 202, 38, 20, t.light, 10) + rect(x + width - 44, 202, 38, 20, t.light, 10) +
    rect(x + 54, 180, 54, 50, t.cloth, 12, `transform="rotate(-9 ${x + 80} 205)"`) +
    (seats > 2 ? rect(x + width - 112, 184, 50, 46, t.clothDark, 12, `transform="rotate(8 ${x + width - 87} 207)"`) : '');
};

export const sofa = sofaOf(320, 3);
export const loveseat = sofaOf(250, 2);

export const cornerSofa: Drawing = (t, dice) =>
  sofaOf(330, 3)(t, dice) + rect(34, 250, 132, 58, t.base, 18) + rect(38, 240, 124, 34, t.light, 16) + leg(50, 302, -3, t.dark, 11) + leg(150, 302, 3, t.dark, 11);

export const sofaBed: Drawing = (t) =>
  rect(60, 150, 26, 150, t.base, 12) + rect(68, 170, 100, 90, t.light, 22) + rect(60, 250, 292, 46, t.base, 16) +
  rect(84, 226, 268, 40, t.paper, 16) + shape('M196 226h140q16 0 16 16v24H180z', t.cloth) + rect(96, 204, 84, 34, t.paper, 16) +
  line('M104 228H168', t.clothDark, 2, 'opacity=".35"') + leg(82, 292, -3, t.dark, 12) + leg(334, 292, 3, t.dark, 12);

export const footstool: Drawing = (t) =>
  leg(136, 274, -8, t.dark, 13) + leg(264, 274, 8, t.dark, 13) + rect(110, 210, 180, 72, t.base, 26) +
  rect(116, 202, 168, 44, t.light, 22) + each(3, (i) => circle(155 + i * 45, 224, 4, t.dark)) + line('M116 258H284', t.dark, 2.5);
