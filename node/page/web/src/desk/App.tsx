import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { type Me } from '../lib/api';
import { online } from '../lib/ask';
import { language, setLanguage, useLanguage } from '../lib/i18n';
import { late, useLate } from '../lib/late';
import { useStore } from '../lib/store';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Empty } from '../ui/Empty';
import { Icon } from '../ui/Icon';
import { Toasts } from '../ui/Toast';
import { desk, ended, leave, me, screen } from './live';
import { Login } from './login/Login';
import { operatorPages } from './operator';
import { coming } from './node';
import { firstPage, mine, SECTIONS, type PageOf } from './pages';
import { Loading, useAct } from './parts';
import { back, href, route } from './route';
import { person, t } from './words';

type Pages = Record<string, ComponentType<{ of: string }>>;

// What only an office needs is fetched when one is there.
const officeLate = late<Pages>(() => import('./office').then((module) => module.officePages));
const recordsLate = late<Pages>(() => import('./office/records').then((module) => module.recordsPages));

function Language() {
  return (
    <Button kind="quiet" icon="language" data-key="language" lang={language.get() === 'zh' ? 'en' : 'zh-CN'}
      onClick={() => setLanguage(language.get() === 'zh' ? 'en' : 'zh')}>{t('otherLanguage')}</Button>
  );
}

function Top({ who, wide, at }: { who: Me; wide: boolean; at: string }) {
  const [busy, act] = useAct();
  return (
    <header class="top">
      {!wide && at !== ''
        ? <Button kind="quiet" icon="back" data-key="back" onClick={back}>{t('back')}</Button>
        : <p class="station"><Icon name="place" /><span>{who.node.name || t('name')}</span></p>}
      <p class="who">{person(who.who)}</p>
      <nav class="ways" aria-label={t('name')}>
        {!wide && <a class="button quiet" href={href('menu')} data-key="menu"><Icon name="topics" /><span>{t('menu')}</span></a>}
        <a class="button quiet" href="/" data-key="library" target={wide ? '_blank' : undefined} rel="noopener"><Icon name="play" /><span>{t('library')}</span></a>
        <Language />
        <Button kind="quiet" icon="lock" busy={busy} data-key="log-out" onClick={() => act(leave)}>{t('logOut')}</Button>
      </nav>
    </header>
  );
}

// A count beside the name of a page: something is to be seen there.
function Badge({ page }: { page: PageOf }) {
  const now = useStore(desk);
  const n = page.id === 'arriving' ? now && coming(now).length : page.id === 'lacking' ? now?.lacking_total : 0;
  if (page.id === 'drives' && now?.drive.now) return <span class="badge">!</span>;
  return n ? <span class="badge">{n}</span> : null;
}

const SECTION = { publish: 'sectionPublish', records: 'sectionRecords', machine: 'sectionMachine' } as const;

function Menu({ who, at, tiles }: { who: Me; at: string; tiles?: boolean }) {
  const pages = mine(who);
  const sections = SECTIONS.filter((section) => pages.some((page) => page.section === section));
  return (
    <nav class={tiles ? 'menu tiles' : 'menu'} aria-label={t('menu')} data-zone={tiles ? undefined : 'menu'}>
      {sections.map((section) => (
        <div key={section} class="section">
          {sections.length > 1 && <p class="name">{t(SECTION[section])}</p>}
          <ul>
            {pages.filter((page) => page.section === section).map((page) => (
              <li key={page.id}>
                <a href={href(page.id)} aria-current={page.id === at ? 'page' : undefined} data-key={`menu/${page.id}`}
                  data-autofocus={page.id === at && !tiles ? '' : undefined}>
                  <Icon name={page.icon} /><span class="label">{t(page.id as 'home')}</span><Badge page={page} />
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

// An address below a page belongs to it.
const PAGE_OF: Record<string, string> = { draft: 'drafts', lesson: 'published', 'station-book': 'report', card: 'cards' };

function Page({ who, at, of }: { who: Me; at: string; of: string }) {
  const pages = mine(who);
  const office = useLate(officeLate, pages.some((page) => page.office));
  const records = useLate(recordsLate, pages.some((page) => page.records));
  const known = pages.some((page) => page.id === (PAGE_OF[at] ?? at));
  // What was fetched for an office is not for who comes after it.
  const Shown = operatorPages[at] ?? (known ? office?.[at] ?? records?.[at] : undefined);
  if (Shown) return <Shown of={of} />;
  if (known) return <Loading />;
  return <Empty icon="warn" title={who.role === 'office' || !PAGE_OF[at] ? t('noPage') : t('notYours')} />;
}

export function App() {
  const lang = useLanguage();
  const who = useStore(me);
  const up = useStore(online);
  const over = useStore(ended);
  const { page, of } = useStore(route);
  const { view, rem } = useStore(screen);
  const wide = view !== 'phone' && innerWidth / (rem ?? 16) >= 50;
  useEffect(() => { document.title = `${t('name')} · ${who?.node.name ?? 'xiangtu'}`; }, [lang, who?.node.name]);
  useEffect(() => { document.documentElement.classList.toggle('wide', wide); }, [wide]);
  useEffect(() => { scrollTo(0, 0); }, [page, of]);
  const offline = !up && <p class="offline" role="alert"><Icon name="offline" /><span>{t('offline')}</span></p>;
  if (!who) return <main class="alone"><Loading />{offline}</main>;
  if (who.role === 'viewer')
    return (
      <>
        <main class="alone" data-zone="page"><div class="corner"><Language /></div><Login /></main>
        {offline}
        <Toasts />
      </>
    );
  const at = page || firstPage(who);
  const shown = PAGE_OF[at] ?? at;
  return (
    <>
      <div class={`desk ${wide ? 'wide' : 'narrow'}`} aria-hidden={over || undefined}>
        <Top who={who} wide={wide} at={page} />
        <div class="between">
          {wide && <Menu who={who} at={shown} />}
          <main class={`page at-${at}`} tabIndex={-1} data-zone="page">
            {!who.clock_good && <p class="clock-bad"><Icon name="warn" /><span>{t('clockBad')}</span></p>}
            {at === 'menu' ? <><h1>{t('menu')}</h1><Menu who={who} at="" tiles /></> : <Page key={at} who={who} at={at} of={of} />}
          </main>
        </div>
      </div>
      {over && <Dialog title={t('logInAgain')} class="over" onClose={() => undefined}><Login again /></Dialog>}
      {offline}
      <Toasts />
    </>
  );
}
