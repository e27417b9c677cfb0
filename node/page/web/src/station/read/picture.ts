// A picture is a handout of one page. What is drawn is as large as it is seen,
// not as the camera made it: 12 million dots are 48 MB.
import type { Opened } from './pdf';
import { sharpness, sizeOf } from './zoom';

export function openPicture(url: string): Opened {
  const picture = new Image();
  const handout = new Promise<Awaited<Opened['handout']>>((done, failed) => {
    picture.onerror = () => failed(new Error('no picture'));
    picture.onload = () => done({
      pages: 1,
      draw(_, room, zoom, phone) {
        const [width, height] = [picture.naturalWidth || 1, picture.naturalHeight || 1];
        const seen = sizeOf(room, zoom, width / height);
        const sharp = Math.min(sharpness(seen, devicePixelRatio, phone), Math.max(width / seen.width, height / seen.height));
        const made = document.createElement('canvas');
        made.width = Math.max(1, Math.round(seen.width * sharp));
        made.height = Math.max(1, Math.round(seen.height * sharp));
        made.style.width = `${seen.width}px`;
        made.style.height = `${seen.height}px`;
        made.getContext('2d')!.drawImage(picture, 0, 0, made.width, made.height);
        return { canvas: Promise.resolve(made), cancel: () => undefined };
      },
    });
    picture.src = url;
  });
  return { handout, close: () => { picture.src = ''; } };
}
