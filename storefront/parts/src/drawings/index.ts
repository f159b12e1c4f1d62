import {bed, bunkBed, daybed, headboard} from './beds.ts';
import type {Drawing} from './pen.ts';
import * as seat from './seats.ts';
import * as shelf from './shelves.ts';
import * as small from './small.ts';
import * as table from './tables.ts';

// The end of a product's name says what it is. Longer ends come first: a sofa bed is no bed.
const byName: readonly (readonly [string, Drawing])[] = ([
  ['bunk bed', bunkBed], ['sofa bed', seat.sofaBed], ['daybed', daybed], ['headboard', headboard], ['bed', bed],
  ['garden chair', seat.gardenChair], ['armchair', seat.armchair], ['chair', seat.chair], ['footstool', seat.footstool], ['stool', seat.stool],
  ['rocker', seat.rocker], ['bench', seat.bench], ['corner sofa', seat.cornerSofa], ['sofa', seat.sofa], ['loveseat', seat.loveseat],
  ['vase', small.vase], ['mirror', small.mirror], ['picture frame', small.pictureFrame], ['candle holder', small.candleHolder], ['wall clock', small.wallClock],
  ['clock', small.wallClock], ['standing desk', table.standingDesk], ['desk', table.desk], ['secretary', table.secretary], ['drafting table', table.draftingTable],
  ['teapot', small.teapot], ['kettle', small.kettle], ['skillet', small.skillet], ['chopping board', small.choppingBoard], ['mixing bowl', small.mixingBowl],
  ['fire bowl', small.fireBowl], ['bowl', small.mixingBowl], ['storage jar', small.storageJar], ['jar', small.storageJar],
  ['floor lamp', small.floorLamp], ['pendant lamp', small.pendantLamp], ['reading lamp', small.readingLamp], ['lamp', small.tableLamp],
  ['planter', small.planter], ['parasol', small.parasol], ['hammock', small.hammock],
  ['doormat', small.doormat], ['runner', small.runner], ['sheepskin', small.sheepskin], ['rug', small.rug],
  ['bookcase', shelf.bookcase], ['wall shelf', shelf.wallShelf], ['ladder shelf', shelf.ladderShelf], ['shelf', shelf.wallShelf], ['cabinet', shelf.cabinet],
  ['basket', shelf.basket], ['chest', shelf.chest], ['coat rack', shelf.coatRack], ['shoe rack', shelf.shoeRack], ['box', shelf.box],
  ['coffee table', table.coffeeTable], ['side table', table.sideTable], ['folding table', table.foldingTable], ['table', table.diningTable],
] as [string, Drawing][]).sort((a, b) => b[0].length - a[0].length);

const byCategory: Readonly<Record<string, Drawing>> = {
  beds: bed, chairs: seat.chair, decor: small.vase, desks: table.desk, kitchen: small.storageJar, lamps: small.tableLamp,
  outdoor: small.planter, rugs: small.rug, shelves: shelf.bookcase, sofas: seat.sofa, storage: shelf.basket, tables: table.diningTable,
};

/** drawingOf finds what a product looks like: by its name, by its category, or in its box. */
export function drawingOf(name: string, category?: string): Drawing {
  const words = ` ${name.toLowerCase().replace(/[^a-z ]/g, ' ').replace(/ +/g, ' ').trim()} `;
  const found = byName.find(([end]) => words.endsWith(` ${end} `)) ?? byName.find(([part]) => words.includes(` ${part} `));
  return found?.[1] ?? byCategory[category ?? ''] ?? shelf.box;
}
