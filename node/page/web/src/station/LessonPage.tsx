import { Failed, lessonPath, type Lesson } from '../lib/api';
import { useAsk } from '../lib/ask';
import { useStore } from '../lib/store';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { LessonView } from './LessonView';
import { Loading } from './Loading';
import { arriving, screen } from './live';
import { back } from './route';
import { t } from './words';

export function LessonPage({ id }: { id: string }) {
  const asked = useAsk<Lesson>(lessonPath(id));
  const now = useStore(arriving);
  const view = useStore(screen).view;
  if (asked.failure instanceof Failed && asked.failure.code === 404)
    return <Empty icon="warn" title={t('goneTitle')}><p>{t('goneMore')}</p><Button onClick={back} data-autofocus="">{t('back')}</Button></Empty>;
  if (!asked.data) return <Loading asked={asked} />;
  return <LessonView lesson={asked.data} arriving={now} phone={view === 'phone'} tv={view === 'tv'} />;
}
