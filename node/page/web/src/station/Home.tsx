import type { Home as HomeAnswer } from '../lib/api';
import { useAsk } from '../lib/ask';
import { useStore } from '../lib/store';
import { Empty } from '../ui/Empty';
import { Icon } from '../ui/Icon';
import { Loading } from './Loading';
import { LessonCard } from './LessonCard';
import { me, screen } from './live';
import { load, unfinished } from './player/seen';
import { href } from './route';
import { asked, study } from './study/live';
import { Row } from './Row';
import { TopicTile, topTopics } from './topics';
import { t } from './words';

// The focus begins at what is most likely wanted: what was begun, else the
// newest. Each row is one press down, the header one press up (Header.tsx).
export function Home() {
  const home = useAsk<HomeAnswer>('/api/home');
  const who = useStore(me);
  const studies = useStore(study);
  // On a TV the focus begins at a study that was interrupted, if there is one.
  const tv = useStore(screen).view === 'tv';
  const waits = !useStore(asked) && tv;
  if (!home.data || waits) return <Loading asked={home} />;
  const { fresh, local, topics, arriving } = home.data;
  const all = new Map([...fresh, ...local, ...arriving].map((card) => [card.id, card]));
  const begun = unfinished(load(), Date.now())
    .filter((s) => { const card = all.get(s.id); return card && !card.withdrawn && card.state !== 'known'; }).slice(0, 2);
  const newest = fresh.filter((card) => !begun.some((s) => s.id === card.id));
  const tops = topTopics(topics);
  if (!fresh.length && !local.length && !topics.length && !arriving.length)
    return (
      <Empty icon="arriving" title={t('noneTitle')}>
        <p>{t('noneMore')}</p>
        <p class="desk"><a class="button quiet" href="/desk" data-key="desk"><Icon name="lock" /><span>{t('desk')}</span></a></p>
      </Empty>
    );
  return (
    <>
      <h1 class="visually-hidden">{who?.node.name || t('name')}</h1>
      {studies?.interrupted && studies.may && !studies.running && (
        <p class="study-offer"><a class="button main" href={href({ page: 'study' })} data-key="interrupted" data-autofocus=""><Icon name="people" /><span>{t('studyCut')}</span></a></p>
      )}
      {(begun.length > 0 || newest.length > 0) && (
        <Row id="fresh" title={begun.length ? t('freshGoOn') : t('fresh')}>
          {begun.map((s, i) => <LessonCard key={`go/${s.id}`} card={all.get(s.id)!} row="go" goOn={s} autofocus={i === 0} />)}
          {newest.map((card, i) => <LessonCard key={card.id} card={card} row="fresh" autofocus={i === 0 && !begun.length} />)}
        </Row>
      )}
      {local.length > 0 && (
        <Row id="local" title={t('local')}>
          {local.map((card) => <LessonCard key={card.id} card={card} row="local" />)}
          {who?.node.region && local.length >= 12
            && <a class="card all" href={href({ page: 'region', region: who.node.region })} data-key="all-local">{t('allLocal')}</a>}
        </Row>
      )}
      {tops.length > 0 && (
        <Row id="topics" title={t('topics')}>
          {tops.map((topic) => <TopicTile key={topic.topic} topic={topic} />)}
        </Row>
      )}
      {arriving.length > 0 && (
        <Row id="arriving" title={t('arrivingRow')}>
          {arriving.map((card) => <LessonCard key={card.id} card={card} row="arriving" />)}
        </Row>
      )}
      <p class="desk"><a class="button quiet" href="/desk" data-key="desk"><Icon name="lock" /><span>{t('desk')}</span></a></p>
    </>
  );
}
