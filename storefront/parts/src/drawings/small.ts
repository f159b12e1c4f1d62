import {circle, each, leg, line, oval, rect, shape, sprig, type Drawing, type Tones} from './pen.ts';

export const vase: Drawing = (t, dice) => {
  const forms = [
    'M170 176h60q-4 26 20 52t20 56q0 46-46 46h-48q-46 0-46-46 0-30 20-56t20-52z',
    'M176 158h48v46q46 18 46 66 0 60-70 60t-70-60q0-48 46-66z', 'M148 180h104l-14 134q-2 16-18 16h-40q-16 0-18-16z',
  ];
  const form = forms[Math.floor(dice() * forms.length)] ?? '';
  return sprig(200, 190, 118, t, dice) + shape(form, t.base) + oval(178, 262, 13, 36, t.light, 'opacity=".75" transform="rotate(10 178 262)"');
};

export const mirror: Drawing = (t, dice) => {
  const frame = dice() < 0.5
    ? circle(200, 192, 112, t.base) + circle(200, 192, 98, '#e9f1f4') + shape('M140 236L250 126l18 18L160 254z', '#ffffff', 'opacity=".65"')
    : shape('M112 318V178q0-88 88-88t88 88v140z', t.base) + shape('M124 308V180q0-77 76-77t76 77v128z', '#e9f1f4') + shape('M140 260L240 138l22 20L150 292z', '#ffffff', 'opacity=".65"');
  return frame;
};

export const pictureFrame: Drawing = (t) =>
  rect(98, 84, 204, 236, t.base, 6) + rect(104, 90, 192, 224, t.light, 4) + rect(114, 100, 172, 204, t.paper) + rect(136, 126, 128, 152, '#f3e9da') +
  circle(222, 172, 22, t.cloth) + shape('M136 244q34-40 66-14t62-10v58H136z', t.leaf) + shape('M136 262q40-26 70-8t58-4v28H136z', t.leafDark);

export const candleHolder: Drawing = (t) =>
  line('M128 238q0 44 72 44t72-44M200 226v64', t.base, 11) + oval(200, 316, 62, 14, t.dark) + oval(200, 310, 62, 13, t.base) + rect(193, 262, 14, 50, t.base, 4) +
  [128, 200, 272].map((x, i) => rect(x - 14, 224 - (i === 1 ? 14 : 0), 28, 15, t.light, 5) + rect(x - 8, 150 - (i === 1 ? 34 : 0), 16, 76 + (i === 1 ? 20 : 0), t.paper, 3) +
    shape(`M${x} ${112 - (i === 1 ? 34 : 0)}q17 24 0 36q-17-12 0-36z`, '#f4a83a') + shape(`M${x} ${126 - (i === 1 ? 34 : 0)}q8 12 0 20q-8-8 0-20z`, '#ffe7a8')).join('');

export const wallClock: Drawing = (t, dice) => {
  const hour = Math.floor(dice() * 12) * 30 + 12;
  const minute = Math.floor(dice() * 12) * 30;
  return circle(200, 194, 112, t.dark) + circle(200, 192, 110, t.base) + circle(200, 192, 92, t.paper) +
    each(12, (i) => rect(197.5, 108, 5, i % 3 ? 10 : 18, t.metal, 2.5, `transform="rotate(${i * 30} 200 192)"`)) +
    rect(196, 142, 8, 54, t.metal, 4, `transform="rotate(${hour} 200 192)"`) + rect(197, 120, 6, 76, t.metal, 3, `transform="rotate(${minute} 200 192)"`) + circle(200, 192, 8, t.cloth);
};

const counter = (t: Tones): string => rect(0, 316, 400, 84, t.light, 0, 'opacity=".55"') + rect(0, 316, 400, 5, t.dark, 0, 'opacity=".3"');

export const teapot: Drawing = (t) =>
  counter(t) + line('M276 226q56-2 42 46t-58 26', t.base, 16) + shape('M128 232q-38 2-50-44l-14-6 2-10 30 6q12 30 40 26z', t.base) +
  shape('M112 250q0-54 88-54t88 54q0 66-46 66h-84q-46 0-46-66z', t.base) + oval(166, 254, 17, 36, t.light, 'opacity=".8" transform="rotate(12 166 254)"') +
  oval(200, 200, 50, 11, t.dark) + shape('M152 198q4-26 48-26t48 26z', t.light) + circle(200, 164, 12, t.base);

export const kettle: Drawing = (t) =>
  counter(t) + line('M140 204q-8-96 60-96t60 96', t.metal, 13) + shape('M136 236l-66-46 4-12 74 30z', t.base) + shape('M104 302q0-110 96-110t96 110q0 14-16 14H120q-16 0-16-14z', t.base) +
  shape('M132 288q4-70 46-82-26 34-22 82z', t.light, 'opacity=".8"') + oval(200, 194, 42, 9, t.dark) + circle(200, 180, 11, t.metal) + rect(104, 306, 192, 10, t.dark, 5);

export const skillet: Drawing = (t) =>
  counter(t) + shape('M258 284l112-30q14-2 14 10t-12 14l-112 24z', t.dark) + circle(362, 267, 4, t.light) + oval(166, 286, 128, 26, t.dark) + shape('M38 280q6 36 68 36h120q62 0 68-36z', t.base) +
  oval(166, 280, 128, 25, t.base) + oval(166, 280, 112, 19, t.dark) + oval(148, 279, 42, 10, '#fffaf0') + circle(152, 277, 9, '#f3b340') + shape('M206 272q22-8 32 6-14 12-32-6z', t.leaf);

export const choppingBoard: Drawing = (t, dice) =>
  counter(t) + rect(120, 106, 160, 212, t.base, 22) + rect(126, 112, 148, 200, t.light, 18) + circle(200, 134, 12, t.dark) +
  each(4, (i) => line(`M${146 + i * 34} ${160 + dice() * 10}q${-8 + dice() * 16} 60 0 ${130 + dice() * 14}`, t.base, 2)) +
  circle(292, 296, 22, '#d8553f') + line('M292 276q4-10 12-10', t.leafDark, 4) + circle(330, 300, 17, '#e2704f') + shape('M70 316q4-40 30-44 10 26-14 44z', t.leaf);

export const mixingBowl: Drawing = (t) =>
  counter(t) + line('M250 212L322 118', t.dark, 10) + oval(246, 216, 20, 10, t.dark, 'transform="rotate(-50 246 216)"') + oval(200, 220, 122, 25, t.dark) + oval(200, 222, 106, 17, '#fbefd7') +
  shape('M78 220q122 44 244 0-6 96-88 96h-68q-82 0-88-96z', t.base) + shape('M104 242q6 46 44 66-50-10-60-62z', t.light, 'opacity=".8"') + line('M86 242q114 34 228 0', t.cloth, 7);

export const storageJar: Drawing = (t) =>
  counter(t) + rect(132, 152, 136, 164, t.base, 24) + rect(144, 166, 22, 128, t.light, 11, 'opacity=".85"') + rect(138, 124, 124, 34, t.dark, 10) + rect(146, 118, 108, 14, t.light, 7) +
  rect(170, 214, 72, 44, t.paper, 6) + rect(182, 228, 48, 5, t.metal, 2.5) + rect(182, 240, 32, 5, t.metal, 2.5);

const glow = (x: number, y: number, r: number): string => circle(x, y, r, '#ffe9a8', 'opacity=".45"') + circle(x, y, r * 0.62, '#fff3c9', 'opacity=".6"');

export const tableLamp: Drawing = (t) =>
  glow(200, 176, 130) + shape('M146 110h108l34 90H112z', t.cloth) + shape('M146 110h34l-22 90h-46z', t.clothDark, 'opacity=".35"') + rect(194, 200, 12, 40, t.metal, 4) +
  shape('M178 232h44q28 40 18 78 0 18-20 18h-40q-20 0-20-18-10-38 18-78z', t.base) + oval(182, 284, 9, 26, t.light);

export const floorLamp: Drawing = (t) =>
  glow(200, 128, 110) + rect(195, 150, 10, 168, t.base, 4) + oval(200, 322, 58, 10, t.dark) + oval(200, 317, 58, 10, t.base) + shape('M156 76h88l30 82H126z', t.cloth) +
  shape('M156 76h28l-18 82h-40z', t.clothDark, 'opacity=".35"') + line('M222 158v32', t.metal, 3) + circle(222, 194, 5, t.base);

export const pendantLamp: Drawing = (t) =>
  glow(200, 232, 120) + line('M200 0V116', t.metal, 4) + rect(186, 108, 28, 22, t.dark, 8) + shape('M86 226q10-100 114-100t114 100z', t.base) +
  shape('M118 214q14-66 62-78-30 32-34 78z', t.light, 'opacity=".8"') + oval(200, 226, 114, 15, t.dark) + oval(200, 227, 96, 10, '#fff3c9');

export const readingLamp: Drawing = (t) =>
  glow(280, 206, 104) + oval(140, 322, 62, 11, t.dark) + oval(140, 316, 62, 11, t.base) + line('M140 314L112 206L216 124', t.metal, 9) + circle(112, 206, 10, t.base) + circle(216, 124, 9, t.base) +
  shape('M206 116l34-24 66 62q-8 42-60 52z', t.base) + oval(276, 182, 44, 15, '#fff3c9', 'transform="rotate(-42 276 182)"') + shape('M216 116l18-13 40 40-30 20z', t.light, 'opacity=".6"');

export const planter: Drawing = (t, dice) =>
  sprig(200, 240, 150, t, dice) + sprig(176, 240, 104, t, dice) + sprig(228, 240, 100, t, dice) + oval(200, 236, 80, 15, t.dark) + shape('M116 230h168l-20 96q-2 6-10 6H146q-8 0-10-6z', t.base) +
  rect(108, 222, 184, 24, t.light, 10) + shape('M140 256h18l8 66h-18z', t.light, 'opacity=".6"');

export const parasol: Drawing = (t) =>
  rect(195, 96, 10, 226, t.base, 4) + oval(200, 322, 60, 11, t.dark) + rect(168, 300, 64, 22, t.dark, 10) + shape('M36 186Q60 70 200 66q140 4 164 120-42-18-82 0-40-18-82 0-40-18-82 0-40-18-82 0z', t.cloth) +
  shape('M118 186Q132 90 200 66q68 24 82 120-40-18-82 0-40-18-82 0z', t.clothDark, 'opacity=".5"') + circle(200, 62, 8, t.base);

export const hammock: Drawing = (t) =>
  line('M60 330L78 130M340 330L322 130', t.base, 13) + line('M40 330H100M300 330H360', t.dark, 11) + each(4, (i) => line(`M78 134L${112 + i * 4} ${196 + i * 8}M322 134L${288 - i * 4} ${196 + i * 8}`, t.metal, 2)) +
  shape('M104 190q96 150 192 0 4 20-4 38-92 110-184 0-8-18-4-38z', t.cloth) + shape('M106 206q94 144 188 0l-2 22q-92 110-184 0z', t.clothDark, 'opacity=".55"') + rect(128, 214, 62, 34, t.paper, 16, 'transform="rotate(34 159 231)"');

export const fireBowl: Drawing = (t) =>
  circle(200, 190, 110, '#ffb861', 'opacity=".28"') + shape('M200 94q64 66 42 122-8 26-42 26t-44-28q-16-44 22-70 2 22 14 28 14-34 8-78z', '#ee7a35') +
  shape('M204 156q36 40 22 70-6 16-26 16t-26-18q-6-24 14-40 4 12 8 14 8-18 8-42z', '#ffc45e') + line('M136 248L262 226M140 228L264 250', '#6d4630', 15) +
  oval(200, 250, 118, 22, t.dark) + shape('M82 248q8 64 82 64h72q74 0 82-64-118 40-236 0z', t.base) + leg(150, 304, -12, t.dark, 13) + leg(250, 304, 12, t.dark, 13) + shape('M110 276q12 24 40 32-34-2-50-34z', t.light, 'opacity=".7"');

export const rug: Drawing = (t, dice) => {
  const round = dice() < 0.3;
  if (round) {
    return oval(200, 288, 156, 64, t.dark) + oval(200, 284, 156, 64, t.base) + oval(200, 284, 128, 52, t.cloth) + oval(200, 284, 98, 39, t.light) + oval(200, 284, 66, 26, t.clothDark) + oval(200, 284, 32, 13, t.paper);
  }
  return each(16, (i) => line(`M${44 + i * 20.8} 346v12`, t.base, 3)) + shape('M96 222H304L362 348H38z', t.base) + shape('M108 230H292L340 340H60z', t.light) +
    each(3, (i) => shape(`M${200 - 58 + i * 0} ${244 + i * 32}l58-14 58 14-58 15z`, i % 2 ? t.clothDark : t.cloth, `transform="translate(0 ${i * 1})"`)) +
    each(2, (i) => shape(`M${i ? 280 : 88} ${i ? 262 : 262}l22-12 ${i ? 14 : 8} 14-24 12z`, t.cloth)) + line('M104 236H296M64 336H336', t.clothDark, 4);
};

export const runner: Drawing = (t) =>
  each(6, (i) => line(`M${128 + i * 29} 362v12`, t.base, 3)) + shape('M160 176H240L286 366H114z', t.base) + shape('M168 182H232L270 358H130z', t.light) +
  each(5, (i) => line(`M${163 - i * 7.5} ${204 + i * 34}H${237 + i * 7.5}`, i % 2 ? t.cloth : t.clothDark, 9 + i));

export const doormat: Drawing = (t) =>
  rect(128, 60, 144, 190, t.clothDark, 6, 'opacity=".85"') + rect(142, 76, 116, 74, t.cloth, 4) + rect(142, 164, 116, 74, t.cloth, 4) + circle(250, 158, 6, '#e0b85a') + rect(112, 250, 176, 10, t.metal, 2) +
  shape('M106 276H294L326 338H74z', t.base) + shape('M118 282H282L306 332H94z', t.light) + line('M150 306H250M138 318H262', t.dark, 5, 'stroke-dasharray="10 9"') + each(24, (i) => line(`M${76 + i * 10.8} 339v8`, t.dark, 3));

export const sheepskin: Drawing = (t) =>
  shape('M108 236q-44-12-46 24-34 8-16 36-20 34 22 40 8 34 48 20 34 22 74 4 44 18 76-4 42 16 48-20 44-6 24-40 18-30-16-38-2-38-48-22-28-22-58-8-36-20-66 4-36-18-58 4z', t.dark, 'transform="translate(0 6)"') +
  shape('M108 236q-44-12-46 24-34 8-16 36-20 34 22 40 8 34 48 20 34 22 74 4 44 18 76-4 42 16 48-20 44-6 24-40 18-30-16-38-2-38-48-22-28-22-58-8-36-20-66 4-36-18-58 4z', t.light) +
  each(14, (i) => line(`M${92 + (i % 7) * 36} ${268 + Math.floor(i / 7) * 44}q8-12 18-4`, t.base, 4));
