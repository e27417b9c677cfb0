import { useEffect, useState } from 'preact/hooks';
import { lessonsPath, type Card, type Home, type Search } from '../lib/api';
import { useAsk } from '../lib/ask';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Loading } from './Loading';
import { LessonCard } from './LessonCard';
import { TopicChips } from './topics';
import { t } from './words';

const PAGE = 48;

// All lessons of a topic, or of a region and what lies within.
export function ListPage({ topic, region }: { topic?: string; region?: string }) {
  const [limit, setLimit] = useState(PAGE);
  useEffect(() => setLimit(PAGE), [topic, region]);
  const search: Search = { topic, region, limit };
  const asked = useAsk<{ lessons: Card[]; total: number }>(lessonsPath(search));
  const [last, setLast] = useState<{ of: string; data: { lessons: Card[]; total: number } } | null>(null);
  const of = topic ?? region ?? '';
  useEffect(() => { if (asked.data) setLast({ of, data: asked.data }); }, [asked.data]);
  const home = useAsk<Home>(topic ? '/api/home' : null);
  const data = asked.data ?? (last?.of === of ? last.data : undefined);
  return (
    <>
      <h1>{topic ? topic.split('/').join(' › ') : t('allLocal')}{data && <small> {t('lessons', { n: data.total })}</small>}</h1>
      {topic && <TopicChips topics={home.data?.topics ?? []} now={topic} />}
      {!data ? <Loading asked={asked} /> : data.lessons.length === 0 ? <Empty icon="topics" title={t('noneTopic')} /> : (
        <div class="grid">
          {data.lessons.map((card, i) => <LessonCard key={card.id} card={card} row="list" autofocus={i === 0} />)}
        </div>
      )}
      {data && data.total > data.lessons.length && data.lessons.length > 0 && (
        <p class="actions"><Button onClick={() => setLimit(limit + PAGE)} data-key="more">{t('more')}</Button></p>
      )}
    </>
  );
}
