// A PDF, page by page on a canvas: pdf.js in its build for old browsers. It is
// fetched only where a handout is opened, and in no way makes code of what it
// reads (`isEvalSupported`, and the policy of the page forbids it).
import { getDocument, GlobalWorkerOptions, type Task } from 'pdfjs-dist/legacy/build/pdf.js';
import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.js';
import tables from 'pdf-tables';
import { sharpness, sizeOf, type Room } from './zoom';
import './older';

const BINARY = 1; // how pdf.js calls tables as they are in its package

export interface Handout {
  pages: number;
  // A canvas with this page, as zoom.ts has it.
  draw(page: number, room: Room, zoom: number, phone: boolean): { canvas: Promise<HTMLCanvasElement>; cancel(): void };
}

const address = (file: string) => `/ui/${file.replace(/^.*\//, '')}`;

class Tables {
  async fetch({ name }: { name: string }): Promise<{ cMapData: Uint8Array; compressionType: number }> {
    const file = tables[name];
    const answer = file === undefined ? null : await fetch(address(file));
    if (!answer?.ok) throw new Error(`no table ${name}`);
    return { cMapData: new Uint8Array(await answer.arrayBuffer()), compressionType: BINARY };
  }
}

export interface Opened { handout: Promise<Handout>; close(): void }

export function openPdf(url: string): Opened {
  GlobalWorkerOptions.workerSrc = address(worker);
  const loading = getDocument({
    url, isEvalSupported: false, enableXfa: false, cMapPacked: true, CMapReaderFactory: Tables,
    disableAutoFetch: true, disableStream: true, // of a large one, only the pages that are read
  });
  const handout = loading.promise.then((pdf): Handout => ({
    pages: pdf.numPages,
    draw(n, room, zoom, phone) {
      let task: Task | null = null;
      let cancelled = false;
      const canvas = pdf.getPage(n).then(async (page) => {
        const one = page.getViewport({ scale: 1 });
        const seen = sizeOf(room, zoom, one.width / one.height);
        const sharp = sharpness(seen, devicePixelRatio, phone);
        const viewport = page.getViewport({ scale: (seen.height * sharp) / one.height });
        const made = document.createElement('canvas');
        made.width = Math.round(viewport.width);
        made.height = Math.round(viewport.height);
        made.style.width = `${seen.width}px`;
        made.style.height = `${seen.height}px`;
        if (cancelled) return made;
        task = page.render({ canvasContext: made.getContext('2d')!, viewport });
        await task.promise;
        page.cleanup();
        return made;
      });
      return { canvas, cancel: () => { cancelled = true; task?.cancel(); } };
    },
  }));
  return { handout, close: () => void loading.destroy() };
}
