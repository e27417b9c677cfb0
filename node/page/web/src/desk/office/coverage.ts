// Who holds a lesson by now: bars over the stations heard from, and a grid, a
// cell a village, by township.
import type { Coverage, Covered, Holder } from '../node';

export type Cell = 'held' | 'partial' | 'wanted' | 'none' | 'unheard';
export const CELLS: readonly Cell[] = ['held', 'partial', 'wanted', 'none', 'unheard'];

// Told apart without colours, too.
export const SIGN: Record<Cell, string> = { held: '✓', partial: '◐', wanted: '…', none: '–', unheard: '?' };

export const cellOf = (node: Pick<Holder, 'state' | 'heard_ago_s'>): Cell => (node.heard_ago_s < 0 ? 'unheard' : node.state);

// `office`: of a township or county, shown and not counted among the stations.
export interface Village { code: string; name: string; region: string; office: boolean; cell: Cell; heard_ago_s: number }
export interface Town { region: string; name: string; villages: Village[]; stations: number; counts: Record<Cell, number> }

const TOWN_DIGITS = 9;

// By township, in the order of codes; what lies in none (the county's own, a
// bus depot) stands together under its county.
export function grid({ nodes, by_place: places }: Pick<Coverage, 'nodes' | 'by_place'>): Town[] {
  const names = new Map(places.map((place) => [place.region, place.name]));
  const towns = new Map<string, Town>();
  const sorted = nodes.slice().sort((a, b) => (a.region < b.region ? -1 : a.region > b.region ? 1 : a.name < b.name ? -1 : 1));
  for (const node of sorted) {
    const region = node.region.slice(0, TOWN_DIGITS);
    let town = towns.get(region);
    if (!town) {
      town = { region, name: names.get(region) || region, villages: [], stations: 0, counts: { held: 0, partial: 0, wanted: 0, none: 0, unheard: 0 } };
      towns.set(region, town);
    }
    const cell = cellOf(node);
    const office = node.level === 'township' || node.level === 'county';
    town.villages.push({ code: node.code, name: node.name, region: node.region, office, cell, heard_ago_s: node.heard_ago_s });
    if (office) continue;
    town.stations++;
    town.counts[cell]++;
  }
  return Array.from(towns.values()).sort((a, b) => (a.region < b.region ? -1 : 1));
}

// Shares of all stations: held, then heard from and not, then not heard from.
export function bar({ held, heard, all }: Pick<Covered, 'held' | 'heard' | 'all'>): { held: number; heard: number; unheard: number } {
  if (all <= 0) return { held: 0, heard: 0, unheard: 0 };
  const h = Math.min(held, all);
  const rest = Math.max(0, Math.min(heard, all) - h);
  return { held: h / all, heard: rest / all, unheard: 1 - (h + rest) / all };
}
