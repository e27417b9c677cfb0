import { Failed, lessonPath, type Lesson } from '../lib/api';
import { useAsk } from '../lib/ask';
import { useStore } from '../lib/store';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { LessonView } from './LessonView';
import { Loading } from './Loading';
import { arriving, screen } from './live';
import { back, href } from './route';
import { study } from './study/live';
import { t } from './words';

export function LessonPage({ id, read }: { id: string; read?: string }) {
  const asked = useAsk<Lesson>(lessonPath(id));
  const now = useStore(arriving);
  const view = useStore(screen).view;
  const studies = useStore(study);
  if (asked.failure instanceof Failed && asked.failure.code === 404)
    return <Empty icon="warn" title={t('goneTitle')}><p>{t('goneMore')}</p><Button onClick={back} data-autofocus="">{t('back')}</Button></Empty>;
  if (!asked.data) return <Loading asked={asked} />;
  return (
    <LessonView lesson={asked.data} arriving={now} phone={view === 'phone'} tv={view === 'tv'} read={read}
      reads={(path) => href({ page: 'lesson', id, read: path })}
      together={studies?.may && !studies.running ? href({ page: 'begin', lesson: id }) : undefined} />
  );
}
