import {circle, each, leg, line, oval, rect, shape, sprig, type Drawing} from './pen.ts';

export const diningTable: Drawing = (t, dice) =>
  leg(110, 226, 6, t.dark, 14) + leg(290, 226, -6, t.dark, 14) + leg(82, 226, -10, t.base, 16) + leg(318, 226, 10, t.base, 16) +
  rect(46, 206, 308, 20, t.light, 8) + rect(60, 224, 280, 10, t.dark, 3) + sprig(160, 176, 60, t, dice) + shape('M146 172h28l-4 34h-20z', t.cloth) +
  oval(246, 203, 40, 7, t.paper) + circle(234, 190, 12, t.clothDark) + circle(256, 191, 11, t.cloth);

export const coffeeTable: Drawing = (t) =>
  leg(112, 260, 4, t.dark, 12) + leg(288, 260, -4, t.dark, 12) + leg(84, 258, -10, t.base, 14) + leg(316, 258, 10, t.base, 14) +
  line('M96 300H304', t.dark, 8) + oval(200, 256, 146, 20, t.dark) + oval(200, 248, 146, 22, t.light) +
  rect(120, 230, 80, 9, t.cloth, 3) + rect(128, 221, 66, 9, t.clothDark, 3) + shape('M238 222h34v14q0 10-17 10t-17-10z', t.paper) + line('M272 226q14 0 10 10t-12 4', t.paper, 4);

export const sideTable: Drawing = (t, dice) =>
  leg(200, 216, 0, t.dark, 12) + leg(158, 214, -16, t.base, 13) + leg(242, 214, 16, t.base, 13) +
  oval(200, 214, 88, 15, t.dark) + oval(200, 206, 88, 17, t.light) + sprig(184, 168, 74, t, dice) + shape('M164 164h40l-6 40h-28z', t.cloth) +
  rect(216, 192, 50, 8, t.clothDark, 3) + line('M150 288H250', t.dark, 6);

export const foldingTable: Drawing = (t) =>
  line('M112 222L282 328M288 222L118 328', t.dark, 12) + line('M112 222L282 328', t.base, 8) + circle(200, 277, 7, t.metal) +
  rect(70, 204, 260, 18, t.light, 7) + rect(84, 220, 232, 7, t.dark, 3) + shape('M232 174h44l-6 30h-32z', t.paper) + circle(150, 192, 13, t.cloth);

export const desk: Drawing = (t, dice) =>
  leg(82, 226, -6, t.base, 14) + leg(104, 226, 0, t.dark, 12) + rect(246, 222, 92, 84, t.base, 6) + leg(256, 304, -2, t.dark, 12) + leg(330, 304, 2, t.dark, 12) +
  each(2, (i) => rect(254, 230 + i * 37, 76, 31, t.light, 5) + rect(282, 243 + i * 37, 20, 5, t.dark, 2.5)) +
  rect(50, 206, 300, 18, t.light, 7) + rect(110, 136, 98, 62, t.metal, 8) + rect(117, 142, 84, 48, t.cloth, 4) + rect(98, 198, 122, 8, t.metal, 4) +
  sprig(296, 178, 58, t, dice) + shape('M280 174h32l-5 32h-22z', t.paper);

export const standingDesk: Drawing = (t) =>
  each(2, (i) => rect(104 + i * 172, 190, 20, 130, t.metal, 4) + rect(108 + i * 172, 180, 12, 70, t.dark, 3) + rect(76 + i * 172, 316, 76, 14, t.metal, 7)) +
  rect(54, 164, 292, 18, t.light, 7) + rect(60, 180, 280, 7, t.dark, 3) + rect(136, 84, 128, 68, t.metal, 8) + rect(143, 91, 114, 54, t.cloth, 4) +
  shape('M190 152h20l6 12h-32z', t.metal) + shape('M286 140h26v14q0 10-13 10t-13-10z', t.paper);

export const secretary: Drawing = (t) =>
  leg(118, 288, -4, t.dark, 13) + leg(282, 288, 4, t.dark, 13) + rect(96, 92, 208, 200, t.base, 10) + rect(106, 102, 188, 82, t.dark, 6) +
  each(4, (i) => rect(112 + i * 45, 108, 40, 30, i % 2 ? t.cloth : t.paper, 4)) + each(7, (i) => rect(116 + i * 13, 146, 9, 34, [t.cloth, t.clothDark, t.paper][i % 3] ?? t.paper, 2)) +
  rect(230, 156, 50, 24, t.light, 4) + shape('M92 184h216l14 22H78z', t.light) + rect(78, 204, 244, 8, t.dark, 3) +
  each(2, (i) => rect(108, 220 + i * 34, 184, 29, t.light, 5) + rect(186, 232 + i * 34, 28, 5, t.dark, 2.5));

export const draftingTable: Drawing = (t) =>
  line('M120 322L260 196M280 322L140 206', t.dark, 11) + line('M120 322L260 196', t.base, 8) + line('M96 324H146M256 324H306', t.base, 9) +
  shape('M60 236L302 118l18 26L78 262z', t.light) + shape('M78 262L320 144l4 8L82 272z', t.dark) +
  shape('M120 216L250 152l10 16L130 232z', t.paper) + line('M144 212L226 172', t.clothDark, 3) + line('M150 220L206 193', t.cloth, 3);
