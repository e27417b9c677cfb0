// Our own icons: strokes on a grid of 24, in the colour of the text.
const PATHS = {
  play: 'M7 4.5v15l12-7.5z',
  pause: 'M8 5v14M16 5v14',
  next: 'M5 5v14l9-7zM18 5v14',
  back: 'M14 5l-7 7 7 7',
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  search: 'M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14M16 16l5 5',
  phone: 'M8 2.5h8a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1zM11 18.5h2',
  language: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  topics: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  subtitles: 'M3 5h18v14H3zM6 12h5M13 12h5M6 15.5h8M16 15.5h2',
  speed: 'M4 18a9 9 0 1 1 16 0M12 15l4-6',
  save: 'M12 3v12M7 10l5 5 5-5M4 20h16',
  document: 'M6 2.5h8l5 5v14H6zM14 2.5v5h5M9 13h7M9 17h5',
  picture: 'M3 5h18v14H3zM3 16l5-5 4 4 4-5 5 6M8 8.5h.01',
  audio: 'M9 18V5l11-2v13M9 18a3 2.5 0 1 1-6 0a3 2.5 0 1 1 6 0M20 16a3 2.5 0 1 1-6 0a3 2.5 0 1 1 6 0',
  arriving: 'M12 3v11M8 10l4 4 4-4M5 17v3h14v-3',
  wait: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7v5l3.5 2',
  warn: 'M12 3.5l9.5 17h-19zM12 10v5M12 18h.01',
  ok: 'M4 12.5l5 5L20 6.5',
  close: 'M5 5l14 14M19 5L5 19',
  delete: 'M9 5h12v14H9l-6-7zM12 9l6 6M18 9l-6 6',
  place: 'M12 21.5c-5-6-7-9-7-12a7 7 0 0 1 14 0c0 3-2 6-7 12zM12 7.5a2 2 0 1 0 0 4a2 2 0 0 0 0-4',
  offline: 'M3 3l18 18M5 12a10 10 0 0 1 4-2.5M19 12a10 10 0 0 0-6-3M8.5 15.5a5 5 0 0 1 7 0M12 19h.01',
  add: 'M12 5v14M5 12h14',
  edit: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  lock: 'M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4',
  unlock: 'M5 11h14v10H5zM8 11V7a4 4 0 0 1 7.5-2',
  drive: 'M7 8h10v13H7zM9 8V3h6v5M11 5.5h.01M13 5.5h.01',
  storage: 'M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0',
  neighbours: 'M12 9a3 3 0 1 0 0-6a3 3 0 0 0 0 6M5 21a3 3 0 1 0 0-6a3 3 0 0 0 0 6M19 21a3 3 0 1 0 0-6a3 3 0 0 0 0 6M11 9l-5 6M13 9l5 6',
  settings: 'M4 7h9M17 7h3M15 4.5v5M4 17h3M11 17h9M9 14.5v5',
  health: 'M3 12h4l3-7 4 14 3-7h4',
  pin: 'M8 3h8l-1 7 3 4H6l3-4zM12 14v7',
  trash: 'M4 6h16M9 6V3h6v3M6 6l1 15h10l1-15',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9.500c-4-1.500-8-4.500-8-9.500V6z',
  study: 'M3 5c4-1 7 0 9 2c2-2 5-3 9-2v13c-4-1-7 0-9 2c-2-2-5-3-9-2zM12 7v13',
  people: 'M9 11a3.500 3.500 0 1 0 0-7a3.500 3.500 0 0 0 0 7M2.500 20c0-8 13-8 13 0M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14c3 1 3.500 3 3.500 6',
  publish: 'M12 20V8M7 12l5-5 5 5M4 3h16',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, label }: { name: IconName; label?: string }) {
  const filled = name === 'play';
  return (
    <svg class={`icon ${filled ? 'filled' : ''}`} viewBox="0 0 24 24" role={label ? 'img' : undefined}
      aria-label={label} aria-hidden={label ? undefined : 'true'}>
      <path d={PATHS[name]} />
    </svg>
  );
}
