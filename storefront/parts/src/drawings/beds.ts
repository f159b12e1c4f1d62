import {each, leg, line, rect, shape, type Drawing} from './pen.ts';

export const bed: Drawing = (t, dice) =>
  leg(66, 286, 0, t.dark, 15) + leg(346, 286, 0, t.dark, 15) +
  (dice() < 0.5 ? rect(48, 150, 24, 150, t.base, 8) + rect(48, 146, 34, 18, t.light, 8) : shape('M46 300V186q0-50 40-54v168z', t.base)) +
  rect(336, 226, 20, 74, t.base, 8) + rect(60, 262, 286, 32, t.base, 8) + rect(74, 224, 264, 46, t.paper, 16) +
  shape('M158 224h164q16 0 16 18v36H140q22-26 18-54z', t.cloth) + shape('M158 224h46q4 30-20 54h-44q22-26 18-54z', t.clothDark, 'opacity=".55"') +
  rect(84, 198, 78, 36, t.paper, 17) + line('M94 226H150', t.clothDark, 2, 'opacity=".4"');

export const daybed: Drawing = (t) =>
  leg(60, 288, -3, t.dark, 13) + leg(340, 288, 3, t.dark, 13) + rect(46, 176, 18, 120, t.base, 9) + rect(336, 176, 18, 120, t.base, 9) +
  each(9, (i) => rect(82 + i * 29, 186, 6, 60, t.base, 3)) + rect(50, 174, 300, 16, t.light, 8) + rect(54, 262, 292, 26, t.base, 8) +
  rect(64, 232, 272, 38, t.cloth, 16) + rect(70, 198, 70, 44, t.paper, 18) + rect(262, 198, 66, 44, t.clothDark, 18);

export const bunkBed: Drawing = (t) =>
  rect(74, 90, 14, 240, t.base, 6) + rect(312, 90, 14, 240, t.base, 6) + rect(84, 106, 232, 12, t.light, 6) +
  rect(80, 168, 240, 20, t.base, 6) + rect(90, 142, 220, 32, t.paper, 12) + rect(160, 142, 150, 32, t.cloth, 12) + rect(96, 132, 52, 24, t.paper, 11) +
  rect(80, 282, 240, 20, t.base, 6) + rect(90, 256, 220, 32, t.paper, 12) + rect(160, 256, 150, 32, t.clothDark, 12) + rect(96, 246, 52, 24, t.paper, 11) +
  line('M262 118L278 326M300 118L316 326', t.light, 8) + each(5, (i) => line(`M${266 + i * 3} ${150 + i * 38}H${303 + i * 3}`, t.light, 6));

export const headboard: Drawing = (t) =>
  leg(84, 280, 0, t.dark, 15) + leg(316, 280, 0, t.dark, 15) + shape('M58 290V170q0-56 56-56h172q56 0 56 56v120z', t.base) +
  each(6, (i) => rect(70 + i * 44, 134 + (i === 0 || i === 5 ? 16 : 0), 40, 152 - (i === 0 || i === 5 ? 16 : 0), i % 2 ? t.base : t.light, 18));
