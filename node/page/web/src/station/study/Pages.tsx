// The pages of study: what runs and how to begin, one's own, and the rules.
import { useEffect, useState } from 'preact/hooks';
import { t as rulesOf } from '../../lib/counting';
import { lessonPath, type Lesson } from '../../lib/api';
import { useAsk } from '../../lib/ask';
import { useStore } from '../../lib/store';
import { BeginForm } from '../../study/BeginForm';
import { Button } from '../../ui/Button';
import { CountingRules } from '../../ui/CountingRules';
import { Loading } from '../Loading';
import { back, replace, type Route } from '../route';
import { Hub } from './Hub';
import { askStudy, study } from './live';
import { Me } from './Me';
import { t } from './words';

function Begin({ lesson }: { lesson: string }) {
  const now = useStore(study);
  const asked = useAsk<Lesson>(lesson ? lessonPath(lesson) : null);
  // One runs already, perhaps begun on a phone meanwhile.
  useEffect(() => { if (now?.running) replace({ page: 'study' }); }, [now?.running]);
  if (lesson && !asked.data) return <Loading asked={asked} />;
  return (
    <>
      <h1>{t('begin')}</h1>
      <BeginForm lessons={asked.data ? [{ id: asked.data.id, title: asked.data.title }] : []}
        onBegun={(begun) => {
          const was = study.get();
          if (was) study.set({ ...was, running: begun, interrupted: null });
          const first = begun.lessons[0];
          replace(first ? { page: 'play', id: first.id, part: 0 } : { page: 'study' });
        }} />
    </>
  );
}

function Rules() {
  const norm = useStore(study)?.rules.norm;
  return (
    <>
      <h1>{rulesOf('title')}</h1>
      <CountingRules norm={norm} />
      <p class="actions"><Button icon="back" data-autofocus="" data-key="leave" onClick={back}>{t('hub')}</Button></p>
    </>
  );
}

export function Pages({ at }: { at: Route }) {
  const [asked, setAsked] = useState(false);
  useEffect(() => { void askStudy().then(() => setAsked(true)); }, [at.page]);
  const now = useStore(study);
  if (at.page === 'rules') return <Rules />;
  if (!asked) return null; // where the focus begins depends on what was shown by now
  if (!now) return <p class="loading">{t('none')}</p>;
  if (at.page === 'begin') return <Begin key={at.lesson} lesson={at.lesson} />;
  return at.page === 'me' ? <Me /> : <Hub now={now} />;
}
