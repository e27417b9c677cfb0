import { useEffect } from 'preact/hooks';
import { online } from '../lib/ask';
import { useLanguage } from '../lib/i18n';
import { useStore } from '../lib/store';
import { Icon } from '../ui/Icon';
import { Toasts } from '../ui/Toast';
import { LazyDraft } from './LazyDraft';
import { LazyStudy } from './study/LazyStudy';
import { Header } from './Header';
import { Home } from './Home';
import { LessonPage } from './LessonPage';
import { ListPage } from './ListPage';
import { PlayerPage } from './player/Player';
import { route, type Route } from './route';
import { SearchPage } from './SearchPage';
import { t } from './words';

function Page({ at }: { at: Route }) {
  switch (at.page) {
    case 'topic': return <ListPage topic={at.topic} />;
    case 'region': return <ListPage region={at.region} />;
    case 'search': return <SearchPage text={at.text} />;
    case 'lesson': return <LessonPage key={at.id} id={at.id} read={at.read} />;
    case 'draft': return <LazyDraft key={at.id} id={at.id} read={at.read} />;
    case 'study': case 'begin': case 'me': case 'rules': return <LazyStudy at={at} />;
    default: return <Home />;
  }
}

export function App() {
  const lang = useLanguage();
  const at = useStore(route);
  const up = useStore(online);
  useEffect(() => { document.title = `${t('name')} · xiangtu`; }, [lang]);
  const name = at.page === 'lesson' || at.page === 'draft' ? at.id : at.page === 'topic' ? at.topic : at.page;
  useEffect(() => { if (at.page !== 'play') scrollTo(0, 0); }, [name]);
  if (at.page === 'play')
    return <PlayerPage key={at.id} id={at.id} part={at.part} as={at.as} start={at.start} />;
  if (at.page === 'draft' && at.part !== undefined) return <LazyDraft key={at.id} id={at.id} part={at.part} as={at.as} />;
  return (
    <>
      <Header />
      <main class={`page at-${at.page}`} tabIndex={-1}><Page at={at} /></main>
      {!up && <p class="offline" role="alert"><Icon name="offline" /><span>{t('offline')}</span></p>}
      <Toasts />
    </>
  );
}
