// A draft by the lines that show a lesson (LessonView, Player). Only who is
// logged in at the desk of the office gets an answer.
import { Failed, type Lesson } from '../lib/api';
import { useAsk } from '../lib/ask';
import { useStore } from '../lib/store';
import { Empty } from '../ui/Empty';
import { Icon } from '../ui/Icon';
import type { Draft } from '../desk/node';
import { LessonView } from './LessonView';
import { Loading } from './Loading';
import { me, screen } from './live';
import { Player } from './player/Player';
import { href } from './route';
import { t } from './words';

// As it would be at a station that has all of it.
export function asLesson(draft: Draft, office: string): Lesson {
  const { fields, preview } = draft;
  return {
    id: `draft/${draft.id}`, title: fields.title ?? '', topic: fields.topic ?? '', region: fields.region ?? '',
    seconds: preview?.seconds ?? 0, date: fields.date ?? '', bytes: preview?.bytes ?? 0, state: 'held', progress: 1,
    ...(preview?.poster ? { poster: preview.poster } : {}),
    ...(fields.series ? { series: fields.series } : {}),
    office, summary: fields.summary ?? '', lang: fields.lang ?? '', initials: fields.initials ?? '', pinned: false, why: '', rev: 1,
    save: !fields.keep, parts: preview?.parts ?? [],
    also: (preview?.also ?? []).map((one) => ({ ...one, state: 'held' })),
    series_lessons: [],
  };
}

export function DraftPage({ id, part, as, read }: { id: string; part?: number; as?: string; read?: string }) {
  const asked = useAsk<Draft>(`/api/drafts/${encodeURIComponent(id)}`);
  const view = useStore(screen).view;
  const office = useStore(me)?.node.name ?? '';
  const failure = asked.failure instanceof Failed ? asked.failure : null;
  if (!asked.data && failure && (failure.code === 401 || failure.code === 403)) return <Empty icon="lock" title={t('draftLogin')} />;
  if (!asked.data && failure?.code === 404) return <Empty icon="warn" title={t('goneTitle')} />;
  if (!asked.data) return <Loading asked={asked} />;
  if (!asked.data.preview) return <Empty icon="wait" title={t('draftNotYet')} />;
  const lesson = asLesson(asked.data, office);
  if (part !== undefined) return <Player lesson={lesson} part={part} as={as} draft={id} />;
  return (
    <>
      <p class="preview-note"><Icon name="edit" /><span>{t('draftShown')}</span></p>
      <LessonView lesson={lesson} arriving={{}} phone={view === 'phone'} tv={view === 'tv'} read={read} reads={(path) => href({ page: 'draft', id, read: path })}
        play={(n, version) => href({ page: 'draft', id, part: n, as: version })} />
    </>
  );
}
