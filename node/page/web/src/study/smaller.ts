// A photo from a phone's camera, made small enough to travel: a JPEG of at most
// 40 KiB. Without what a camera writes into a file besides the picture (place,
// time, device): it is drawn anew.
import { PHOTO_MOST } from './api';

const SIDE = 960; // pixels of the longer side, to begin with
const LEAST = 240;

// The tries, largest first: sides and qualities.
export function* tries(width: number, height: number): Generator<{ width: number; height: number; quality: number }> {
  const longer = Math.max(width, height, 1);
  for (let side = Math.min(SIDE, longer); ; side = Math.floor(side * 0.75)) {
    const by = side / longer;
    for (const quality of [0.8, 0.6, 0.4])
      yield { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)), quality };
    if (side <= LEAST) return;
  }
}

function load(file: Blob): Promise<HTMLImageElement> {
  return new Promise((done, failed) => {
    const url = URL.createObjectURL(file);
    const picture = new Image();
    const over = (work: () => void) => () => {
      URL.revokeObjectURL(url);
      work();
    };
    picture.onload = over(() => done(picture));
    picture.onerror = over(() => failed(new Error('no picture')));
    picture.src = url;
  });
}

const jpeg = (canvas: HTMLCanvasElement, quality: number) =>
  new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));

// Fails with an error where the file is no picture, or cannot be made small.
export async function small(file: Blob, most = PHOTO_MOST): Promise<Blob> {
  const picture = await load(file);
  const canvas = document.createElement('canvas');
  for (const one of tries(picture.naturalWidth, picture.naturalHeight)) {
    canvas.width = one.width;
    canvas.height = one.height;
    const on = canvas.getContext('2d')!;
    on.fillStyle = '#fff'; // where a PNG is clear
    on.fillRect(0, 0, one.width, one.height);
    on.drawImage(picture, 0, 0, one.width, one.height);
    const made = await jpeg(canvas, one.quality);
    if (made && made.size <= most) return made;
  }
  throw new Error('too large');
}
