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
import { back, href } from './route';
import { Row } from './Row';
import { Save } from './Save';
import { shownState, type Shown } from './states';
import { played } from './study/report';
import { trackName } from './trackName';
import { t } from './words';

interface Props {
  lesson: Lesson;
  arriving: Record<string, Arriving>;
  phone: boolean;
  tv: boolean;
  play?: (part: number, as: string, start?: boolean) => string; // the address that plays
  together?: string; // the address where it is studied together
  read?: string; // the handout that is open, by its path
  reads: (path: string) => string; // the address that opens one
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

// A handout opens on this page where it can, so that reading it counts; others
// in a tab of their own, and from a TV on a phone.
function Handout({ file, to, tv, onPhone }: { file: Part; to: string; tv: boolean; onPhone: () => void }) {
  const icon = file.kind === 'picture' ? 'picture' : 'document';
  const name = file.title || file.name;
  if (tv && !isReadHere(file)) return <Button icon={icon} class="part" data-key={`file/${file.path}`} onClick={onPhone}>{name}</Button>;
  const here = isReadHere(file);
  return (
    <a class="button part" href={here ? to : file.url} target={here ? undefined : '_blank'} rel="noopener" data-key={`file/${file.path}`}>
      <Icon name={icon} /><span>{name}</span>
    </a>
  );
}

// What the page could not show, for the programs of the phone or PC.
function Unread({ file }: { file: Part }) {
  return (
    <Dialog title={file.title || file.name} onClose={back}>
      <p>{t('readFailedHere')}</p>
      <p class="actions">
        <a class="button main" href={file.url} target="_blank" rel="noopener" data-first="" data-key="read/own"><Icon name="document" /><span>{t('readOwn')}</span></a>
        <Button onClick={back}>{t('close')}</Button>
      </p>
    </Dialog>
  );
}

export function LessonView({ lesson, arriving, phone, tv, play, together, read, reads }: Props) {
  const [as, setAs] = useState<string | undefined>(undefined);
  const [code, setCode] = useState<{ title: string; how: string; path: string } | null>(null);
  const [failed, setFailed] = useState(''); // the handout that did not open
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
  const reading = handouts.find((file) => file.path === read && isReadHere(file));
  useEffect(() => { if (!read) setFailed(''); }, [read]);
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
              {together && <a class="button" href={together} data-key="together"><Icon name="people" /><span>{t('studyThis')}</span></a>}
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
              {handouts.map((file) => <Handout key={file.path} file={file} to={reads(file.path)} tv={tv}
                onPhone={() => setCode({ title: file.title || file.name, how: t('handoutHow'), path: file.url })} />)}
            </Row>
          )}
        </div>
      </div>
      {!tv && !play && (version || handouts.length > 0) && <Save lesson={lesson} version={version} all={all} handouts={handouts} />}
      {lesson.series_lessons?.length > 1 && (
        <Row id="series" title={t('series', { title: lesson.series?.title ?? '' })}>
          {lesson.series_lessons.filter((card) => card.id !== lesson.id)
            .map((card) => <LessonCard key={card.id} card={card} row="series" />)}
        </Row>
      )}
      {reading && failed !== reading.path && <LazyReader key={reading.path} file={reading} what={play ? undefined : () => played(lesson, reading)}
        onClose={back} onFailed={() => setFailed(reading.path)} />}
      {reading && failed === reading.path && (tv
        ? <PhoneCode title={reading.title || reading.name} how={t('readFailed')} path={reading.url} onClose={back} />
        : <Unread file={reading} />)}
      {code && <PhoneCode {...code} onClose={() => setCode(null)} />}
    </article>
  );
}
