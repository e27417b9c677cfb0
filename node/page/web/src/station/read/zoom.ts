// How large a page of a handout is seen, and how sharp it is drawn.
//
// Zoom 0 is the whole page; otherwise it is so many times as wide as the room
// for it. Pure.
import { fit } from '../../lib/screen';

export interface Room { width: number; height: number; pixel: number }
export interface Size { width: number; height: number }

export const LARGEST = 4;
const STEPS = [1, 1.5, 2, 3, LARGEST, 0]; // of two as large, the first
const LESS = 1.05; // what changes less is no step

const MOST_PIXELS = 5e6; // of one page, 20 MB; a TV of 1080 lines shows 2e6
const MOST_ON_A_PHONE = 3e6;

// `shape`: width by height, as it is to be seen.
export function sizeOf(room: Room, zoom: number, shape: number): Size {
  if (zoom === 0) return fit(room.width, room.height, shape, room.pixel);
  const one = fit(room.width, 1e6, shape, room.pixel);
  return { width: one.width * zoom, height: one.height * zoom };
}

// The step that is next larger or smaller; the same one at the end.
export function step(room: Room, zoom: number, shape: number, way: 1 | -1): number {
  const now = sizeOf(room, zoom, shape).width;
  const others = STEPS.map((one) => ({ one, width: sizeOf(room, one, shape).width }))
    .filter(({ width }) => (way > 0 ? width > now * LESS : width < now / LESS))
    .sort((a, b) => way * (a.width - b.width));
  return others[0]?.one ?? zoom;
}

// As which zoom such a width is kept: never smaller than the room is wide.
export function zoomOf(room: Room, width: number, shape: number): number {
  return Math.max(1, Math.min(LARGEST, width / sizeOf(room, 1, shape).width));
}

// Dots of the canvas by dot of the page: as the screen has them, as far as
// memory goes.
export function sharpness(size: Size, screen: number, phone: boolean): number {
  return Math.min(screen || 1, Math.sqrt((phone ? MOST_ON_A_PHONE : MOST_PIXELS) / (size.width * size.height)));
}
