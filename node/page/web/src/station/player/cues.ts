// Subtitles: loaded by the browser, shown by the page.
//
// The page draws them itself so that they can be as large as the room needs
// and stand above the buttons. Where the system's own player takes the film
// (full screen on an iPhone), the browser shows them.
import type { Part } from '../../lib/api';
import { decode, parseSrt } from './srt';

export type Lines = DocumentFragment[];

export function watchCues(video: HTMLVideoElement, part: Part, label: string, told: (lines: Lines) => void): () => void {
  let over = false;
  let track: TextTrack;
  let element: HTMLTrackElement | null = null;
  if (/\.srt$/i.test(part.path)) {
    track = video.addTextTrack('subtitles', label, part.lang);
    fetch(part.url).then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(String(answer.status)))))
      .then((bytes) => {
        if (!over) parseSrt(decode(bytes)).forEach(({ from, to, text }) => track.addCue(new VTTCue(from, to, text)));
      })
      .catch((error) => console.error('subtitles:', error));
  } else {
    element = document.createElement('track');
    element.kind = 'subtitles';
    element.label = label;
    if (part.lang) element.srclang = part.lang;
    element.src = part.url;
    video.appendChild(element);
    track = element.track;
  }
  track.mode = 'hidden'; // loaded and followed, not drawn

  const show = () => told(Array.from(track.activeCues ?? []).map((cue) => (cue as VTTCue).getCueAsHTML()));
  const system = () => { track.mode = 'showing'; };
  const own = () => { track.mode = 'hidden'; };
  track.addEventListener('cuechange', show);
  video.addEventListener('webkitbeginfullscreen', system);
  video.addEventListener('webkitendfullscreen', own);
  return () => {
    over = true;
    track.removeEventListener('cuechange', show);
    video.removeEventListener('webkitbeginfullscreen', system);
    video.removeEventListener('webkitendfullscreen', own);
    track.mode = 'disabled';
    if (element) video.removeChild(element);
    told([]);
  };
}
