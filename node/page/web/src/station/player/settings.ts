// What a viewer chose for films, kept in this browser.

export interface Settings { subtitles: boolean; size: 0 | 1 | 2; speed: number }

export const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const KEPT = 'xt.film';
const USUAL: Settings = { subtitles: true, size: 1, speed: 1 };

export function read(text: string | null): Settings {
  try {
    const said = JSON.parse(text ?? '{}') as Partial<Settings>;
    return {
      subtitles: typeof said.subtitles === 'boolean' ? said.subtitles : USUAL.subtitles,
      size: said.size === 0 || said.size === 2 ? said.size : 1,
      speed: 1, // of this film only: nobody wants the next one fast by surprise
    };
  } catch {
    return USUAL;
  }
}

export function load(): Settings {
  try {
    return read(localStorage.getItem(KEPT));
  } catch {
    return USUAL;
  }
}

export function save(settings: Settings): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(settings));
  } catch {
    // then until the page is closed
  }
}

export const nextSpeed = (speed: number) => SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]!;
