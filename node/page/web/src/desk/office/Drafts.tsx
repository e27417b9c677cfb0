import { useEffect } from 'preact/hooks';
import { useAsk } from '../../lib/ask';
import { percent, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Empty } from '../../ui/Empty';
import { Progress } from '../../ui/Progress';
import { drafts } from '../live';
import type { Draft } from '../node';
import { Item, Loading, useMore } from '../parts';
import { href } from '../route';
import { person, t as all } from '../words';
import { NewDraft } from './Published';
import { KeyLine } from './Unlock';
import { workText } from './Work';
import { t } from './words';

const KIND: Partial<Record<Draft['state'], 'ok' | 'warn' | 'bad'>> = { ready: 'ok', approved: 'ok', published: 'ok', waiting: 'warn', failed: 'bad' };

export const titleText = (draft: Draft) => draft.fields.title || t('untitled');

export function StateTag({ draft }: { draft: Draft }) {
  return <span class={`tag ${KIND[draft.state] ?? ''}`}>{t(`state_${draft.state}`)}</span>;
}

// The list as the events tell it; asked for once, until the first one comes.
export function useDrafts(): { list: Draft[] | null; asked: ReturnType<typeof useAsk> } {
  const told = useStore(drafts);
  const asked = useAsk<{ drafts: Draft[] }>(told ? null : '/api/drafts');
  useEffect(() => { if (!told && asked.data) drafts.set(asked.data.drafts); }, [asked.data]);
  return { list: told ?? asked.data?.drafts ?? null, asked };
}

export function Drafts() {
  const { list, asked } = useDrafts();
  const open = (list ?? []).filter((draft) => draft.state !== 'published');
  const [shown, more] = useMore(open, 40);
  return (
    <>
      <div class="heading"><h1>{all('drafts')}</h1><NewDraft /></div>
      <KeyLine />
      <p class="lead">{t('draftsLead')}</p>
      {!list ? <Loading asked={asked} /> : open.length === 0 ? <Empty icon="edit" title={t('draftsNone')} /> : (
        <ul class="items">
          {shown.map((draft) => {
            const work = draft.work;
            return (
              <Item key={draft.id} press class="link-row">
                <p class="title"><a href={href('draft', draft.id)} data-key={`draft/${draft.id}`}>{titleText(draft)}</a> <StateTag draft={draft} /></p>
                <p class="line soft">
                  <span>{t('by', { who: person(draft.made_by) })}</span>
                  {draft.fields.topic && <span>{draft.fields.topic.split('/').join(' › ')}</span>}
                  {draft.fields.revises && <span>{t('revision')}</span>}
                  {draft.n_files === 0 && !draft.fields.revises && <span>{t('noFiles')}</span>}
                  {!!draft.to_come && <span>{t('toCome', { size: size(draft.to_come) })}</span>}
                </p>
                {work && (
                  <>
                    {!!work.total && <Progress value={(work.done ?? 0) / work.total} label={titleText(draft)} />}
                    <p>{workText(work)}{work.total ? ` · ${percent((work.done ?? 0) / work.total)}` : ''}</p>
                  </>
                )}
              </Item>
            );
          })}
        </ul>
      )}
      {more}
    </>
  );
}
