// One lesson: what it is, what can be done with it, what belongs to it.
// It draws what it is handed and asks nobody, so that an office's draft is
// shown by the same lines (`play` then says where to).
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Arriving, Lesson, Part } from '../lib/api';
import { clock, date, lasting, percent, rate } from '../lib/format';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { Progress } from '../ui/Progress';
import { LessonCard, named } from './LessonCard';
import { PhoneCode } from './PhoneCode';
import { Poster } from './Poster';
import { isReadHere, LazyReader } from './read/LazyReader';
import { choose, documents, subtitlesFor, versions, type Version } from './player/choose';
import { resumeAt, seenLesson, seenOf } from './player/seen';
import { href } from './route';
import { Row } from './Row';
import { Save } from './Save';
import { shownState, type Shown } from './states';
import { trackName } from './trackName';
import { t } from './words';

interface Props {
  lesson: Lesson;
  arriving: Record<string, Arriving>;
  phone: boolean;
  tv: boolean;
  play?: (part: number, as: string, start?: boolean) => string; // the address that plays
}

export const asName = (as: string) => (as === '' ? t('original') : as);

function State({ shown, lesson, now }: { shown: Shown; lesson: Lesson; now?: Arriving }) {
  const progress = now?.progress ?? lesson.progress ?? 0;
  if (shown === 'arriving')
    return (
      <div class="notice">
        <p>{now && now.rate > 0 ? t('arrivingRate', { share: percent(progress), rate: rate(now.rate) }) : t('arrivingNow', { share: percent(progress) })}</p>
        <Progress value={progress} label={t('stateArriving', { share: percent(progress) })} />
        {lesson.parts.length > 0 && <p class="soft">{t('arrivingPlay')}</p>}
      </div>
    );
  const [title, more] = shown === 'waiting' ? [t('waitingTitle'), t('waitingMore')]
    : shown === 'away' ? [t('awayTitle'), t('awayMore')]
      : shown === 'refused' ? [t('refusedTitle'), '']
        : shown === 'withdrawn' ? [t('withdrawnTitle'), t('withdrawnMore')] : ['', ''];
  return title ? <div class={`notice ${shown}`}><p>{title}</p>{more && <p class="soft">{more}</p>}</div> : null;
}

function Facts({ lesson, version, all }: { lesson: Lesson; version?: Version; all: Version[] }) {
  const subtitles = new Set<string>();
  version?.films.forEach((film) => subtitlesFor(film, version, all)
    .forEach((one, _, tracks) => subtitles.add(trackName(one, tracks.length))));
  const facts: [string, string][] = [
    [t('length'), lesson.seconds > 0 ? lasting(lesson.seconds) : ''],
    [t('from'), named(lesson.office)],
    [t('published'), date(lesson.date)],
    [t('place'), lesson.place ?? ''],
    [t('topic'), lesson.topic.split('/').join(' › ')],
    [t('subtitles'), version ? Array.from(subtitles).join(' · ') || t('noSubtitles') : ''],
  ];
  return (
    <dl class="facts">
      {facts.filter(([, value]) => value).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

// At most some lines; the rest by a button, which is there only where needed.
function Summary({ text, whole }: { text: string; whole: boolean }) {
  const box = useRef<HTMLParagraphElement>(null);
  const [cut, setCut] = useState(false);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const look = () => box.current && setCut(box.current.scrollHeight > box.current.clientHeight + 2);
    look();
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, [text, whole]);
  if (!text) return null;
  return (
    <div class="summary">
      <p ref={box} class={whole ? '' : 'short'}>{text}</p>
      {cut && !whole && <Button kind="quiet" data-key="summary" onClick={() => setOpen(true)}>{t('summaryMore')}</Button>}
      {open && (
        <Dialog title={t('summary')} onClose={() => setOpen(false)}>
          <p class="long">{text}</p>
          <p class="actions"><Button kind="main" first onClick={() => setOpen(false)}>{t('close')}</Button></p>
        </Dialog>
      )}
    </div>
  );
}

export function LessonView({ lesson, arriving, phone, tv, play }: Props) {
  const [as, setAs] = useState<string | undefined>(undefined);
  const [code, setCode] = useState<{ title: string; how: string; path: string } | null>(null);
  const [reading, setReading] = useState<Part | null>(null);
  const now = arriving[lesson.id];
  const shown = shownState(lesson, arriving);
  const all = shown === 'withdrawn' || shown === 'refused' ? [] : versions(lesson);
  const version = choose(all, phone, as);
  const to = play ?? ((part: number, of: string, start?: boolean) => href({ page: 'play', id: lesson.id, part, as: of, start }));
  const seen = seenLesson(lesson.id);
  const at = resumeAt(seen);
  const part = version && seen ? Math.max(0, version.films.findIndex((f) => f.path === seen.path)) : 0;
  const goesOn = at > 0 && !!version && version.films.some((f) => f.path === seen?.path);
  const handouts = shown === 'withdrawn' || shown === 'refused' ? [] : documents(lesson);
  const mine = version?.as ?? '';
  const facts = <Facts lesson={lesson} version={version} all={all} />;

  return (
    <article class="lesson">
      <div class="head">
        <div class="side">
          {version
            ? <a class="big" href={to(goesOn ? part : 0, mine)} tabIndex={-1} aria-label={t('play')}>
                <Poster src={lesson.poster} title={lesson.title} topic={lesson.topic} /><span class="disc"><Icon name="play" /></span>
              </a>
            : <Poster src={lesson.poster} title={lesson.title} topic={lesson.topic} />}
          <State shown={shown} lesson={lesson} now={now} />
          {!phone && facts}
        </div>
        <div class="body">
          {lesson.series && <p class="soft">{lesson.series.title}{lesson.series.n ? ` · ${lesson.series.n}` : ''}</p>}
          <h1>{lesson.title}</h1>
          {version && (
            <p class="actions">
              {goesOn && <a class="button main" href={to(part, mine)} data-autofocus="" data-key="play"><Icon name="play" /><span>{t('continueAt', { time: clock(at) })}</span></a>}
              <a class={`button ${goesOn ? '' : 'main'}`} href={to(0, mine, goesOn)} data-autofocus={goesOn ? undefined : ''} data-key={goesOn ? 'restart' : 'play'}>
                <Icon name="play" /><span>{goesOn ? t('fromStart') : t('play')}</span>
              </a>
              {!phone && !play && <Button icon="phone" data-key="take" onClick={() => setCode({
                title: t('take'), how: lesson.save ? t('takeHow') : t('takeHowNo'), path: `/${href({ page: 'lesson', id: lesson.id })}`,
              })}>{t('take')}</Button>}
            </p>
          )}
          {!version && shown === 'here' && handouts.length > 0 && <p>{t('noFilm')}</p>}
          {phone && facts}
          {lesson.expires && <p class="soft">{t('expired', { date: date(lesson.expires) })}</p>}
          <Summary text={lesson.summary} whole={phone} />
          {all.length > 1 && (
            <Row id="quality" title={t('quality')} wrap>
              {all.map((v) => (
                <Button key={v.as} data-key={`as/${v.as}`} aria-pressed={v === version} class={v === version ? 'chosen' : ''}
                  icon={v === version ? 'ok' : undefined} onClick={() => setAs(v.as)}>
                  {asName(v.as)}{v.available < 1 ? ` · ${percent(v.available)}` : ''}
                </Button>
              ))}
            </Row>
          )}
          {version && version.films.length > 1 && (
            <Row id="parts" title={t('parts')} wrap>
              {version.films.map((film, i) => {
                const was = resumeAt(seenOf(lesson.id, film.path));
                return (
                  <a key={film.path} class="button part" href={to(i, mine)} data-key={`part/${i}`}>
                    <span class="n">{i + 1}</span>
                    <span>{film.title || film.name}{film.available < 1 ? ` · ${percent(film.available)}` : ''}{was ? ` · ${clock(was)}` : ''}</span>
                  </a>
                );
              })}
            </Row>
          )}
          {handouts.length > 0 && (
            <Row id="handouts" title={t('handouts')} wrap>
              {handouts.map((file) => (tv
                ? <Button key={file.path} icon={file.kind === 'picture' ? 'picture' : 'document'} class="part" data-key={`file/${file.path}`}
                    onClick={() => (isReadHere(file) ? setReading(file) : setCode({ title: file.title || file.name, how: t('handoutHow'), path: file.url }))}>{file.title || file.name}</Button>
                : <a key={file.path} class="button part" href={file.url} target="_blank" rel="noopener" data-key={`file/${file.path}`}>
                    <Icon name={file.kind === 'picture' ? 'picture' : 'document'} /><span>{file.title || file.name}</span>
                  </a>))}
            </Row>
          )}
        </div>
      </div>
      {!tv && !play && version && <Save lesson={lesson} version={version} all={all} />}
      {lesson.series_lessons?.length > 1 && (
        <Row id="series" title={t('series', { title: lesson.series?.title ?? '' })}>
          {lesson.series_lessons.filter((card) => card.id !== lesson.id)
            .map((card) => <LessonCard key={card.id} card={card} row="series" />)}
        </Row>
      )}
      {reading && <LazyReader file={reading} onClose={() => setReading(null)} onFailed={() => {
        setReading(null);
        setCode({ title: reading.title || reading.name, how: t('readFailed'), path: reading.url });
      }} />}
      {code && <PhoneCode {...code} onClose={() => setCode(null)} />}
    </article>
  );
}
