import type { Lesson, Part } from '../lib/api';
import { size } from '../lib/format';
import { Icon } from '../ui/Icon';
import { subtitlesFor, type Version } from './player/choose';
import { trackName } from './trackName';
import { t } from './words';

// What a saved file is called: the lesson's title, not the publisher's file name.
// Characters no file system takes are left out (FAT of a stick is the strictest).
export function fileName(lesson: Pick<Lesson, 'title'>, part: Part, n: number, of: number, lang = ''): string {
  const kind = (/\.[A-Za-z0-9]{1,5}$/.exec(part.path) ?? [''])[0]!.toLowerCase();
  const title = lesson.title.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, ' ').replace(/\s+/g, ' ').trim().replace(/\.+$/, '') || 'lesson';
  return `${title}${of > 1 ? ` ${n + 1}` : ''}${lang && `.${lang}`}${kind}`;
}

interface Props { lesson: Lesson; version?: Version; all: Version[]; handouts: Part[] }

export function Save({ lesson, version, all, handouts }: Props) {
  const films = version?.films ?? [];
  const whole = (version?.available ?? 1) >= 1 && handouts.every((file) => file.available >= 1);
  return (
    <section class="save" aria-labelledby="save">
      <h2 id="save">{t('take')}</h2>
      {!lesson.save ? <p class="soft">{t('saveNo')}</p> : !whole ? <p class="soft">{t('saveWhole')}</p> : (
        <>
          <p class="actions">
            {films.map((film, i) => {
              const name = fileName(lesson, film, i, films.length);
              return (
                <span key={film.path}>
                  <a class="button" href={film.url} download={name} data-key={`save/${i}`}>
                    <Icon name="save" />
                    <span>{films.length > 1 ? t('saveVideoPart', { n: i + 1 }) : t('saveVideo')} <small>{size(film.bytes)}</small></span>
                  </a>
                  {subtitlesFor(film, version!, all).map((sub, _, tracks) => (
                    <a key={sub.path} class="button" href={sub.url} download={fileName(lesson, sub, i, films.length, tracks.length > 1 ? sub.lang : '')}>
                      <Icon name="subtitles" /><span>{tracks.length > 1 ? t('subtitlesOn', { name: trackName(sub, tracks.length) }) : t('subtitles')}</span>
                    </a>
                  ))}
                </span>
              );
            })}
            {handouts.map((file) => (
              <span key={file.path}>
                <a class="button" href={file.url} download={fileName({ title: `${lesson.title} ${file.title || file.name}` }, file, 0, 1)} data-key={`save/${file.path}`}>
                  <Icon name="save" /><span>{file.title || file.name} <small>{size(file.bytes)}</small></span>
                </a>
              </span>
            ))}
          </p>
          <p class="soft">{t('saveStick')}</p>
        </>
      )}
    </section>
  );
}
