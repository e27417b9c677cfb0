// One lesson on its way: files, words, checks, a look, approval, signature.
// The page says which of these comes next; all of it lies on the node and is
// there again after a restart of either.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failed } from '../../lib/api';
import { useAsk } from '../../lib/ask';
import { explain } from '../../lib/failures';
import { lasting, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { TextField } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { toast } from '../../ui/Toast';
import { drafts, me, refresh } from '../live';
import { refusal } from '../login/pin';
import { changeDraft, doDraft, draftPath, type Draft } from '../node';
import { Confirm, Loading, Notice, useAct } from '../parts';
import { go, href } from '../route';
import { person, t as all } from '../words';
import { StateTag, titleText } from './Drafts';
import { next, isFilm, titleOf, type Step } from './fields';
import { FieldsForm, useFields } from './FieldsForm';
import { Files } from './Files';
import { useSigning } from './publishing';
import { RENDITIONS, renditionText } from './renditions';
import { KeyLine } from './Unlock';
import { uploads } from './uploads';
import { Checks, Trouble, WorkNow } from './Work';
import { t } from './words';

function Section({ n, title, now, children }: { n: number; title: string; now: boolean; children: ComponentChildren }) {
  return (
    <section class={`panel step ${now ? 'now' : ''}`} aria-current={now ? 'step' : undefined}>
      <h2><span class="n" aria-label={t('step', { n })}>{n}</span>{title}</h2>
      {children}
    </section>
  );
}

function Making({ draft, fixed, onDraft }: { draft: Draft; fixed: boolean; onDraft: (now: Draft) => void }) {
  const [busy, act] = useAct();
  const chosen = draft.renditions ?? [];
  const names = Array.from(new Set([...RENDITIONS, ...chosen]));
  return (
    <fieldset disabled={fixed || busy}>
      <legend>{t('renditions')}</legend>
      {names.map((as) => (
        <label key={as} class="check">
          <input type="checkbox" checked={chosen.includes(as)} disabled={draft.as_is && as !== 'original'} data-key={`rendition/${as}`}
            onChange={(e) => act(() => changeDraft(draft.id, { renditions: e.currentTarget.checked ? chosen.concat(as) : chosen.filter((one) => one !== as) }).then(onDraft))} />
          {renditionText(as)}
        </label>
      ))}
      <label class="check">
        <input type="checkbox" checked={!!draft.as_is} data-key="as-is" onChange={(e) => act(() => changeDraft(draft.id, { as_is: e.currentTarget.checked }).then(onDraft))} />
        {t('asIs')}
      </label>
    </fieldset>
  );
}

function Approve({ draft, onDraft }: { draft: Draft; onDraft: (now: Draft) => void }) {
  const who = useStore(me);
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  if (draft.state === 'approved') return <p class="what ok"><Icon name="ok" /> {t('approved', { who: person(draft.approved_by ?? '') })}</p>;
  const same = name.trim() !== '' && name.trim() === who?.who;
  const approve = () => {
    setBusy(true);
    setProblem('');
    doDraft(draft.id, 'approve', { name: name.trim(), secret, ...(draft.digest ? { digest: draft.digest } : {}) }).then((now) => {
      setBusy(false);
      onDraft(now);
    }, (failure) => {
      const why = refusal(failure);
      setBusy(false);
      setSecret('');
      setProblem(why && 'left' in why && why.left !== null ? t('approveWrong', { n: why.left })
        : explain(failure));
    });
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); approve(); }}>
      <p>{t('approveMore')}</p>
      <div class="two">
        <TextField label={t('approver')} value={name} maxLength={31} autocomplete="off" problem={same ? t('approveSame') : undefined} data-key="approve/name" onText={setName} />
        <TextField label={t('approverSecret')} type="password" value={secret} maxLength={128} autocomplete="off" problem={problem} data-key="approve/secret" onText={setSecret} />
      </div>
      <Button type="submit" icon="ok" busy={busy} disabled={!name.trim() || !secret || same} data-key="approve">{t('approve')}</Button>
    </form>
  );
}

const STEPS: Step[] = ['files', 'fields', 'prepare', 'look', 'approve', 'publish'];

function Editor({ draft, onDraft }: { draft: Draft; onDraft: (now: Draft) => void }) {
  const sending = useStore(uploads).some((one) => one.draft === draft.id && one.state !== 'done');
  const parted = (draft.files ?? []).some((file) => file.received < file.bytes);
  const editing = useFields(draft, onDraft);
  const here = useStore(me);
  const [busy, act] = useAct();
  const [tried, setTried] = useState(false);
  const [sure, setSure] = useState(false);
  const { busy: signing, asking, sign, dialogs } = useSigning();
  const step = next({ ...draft, fields: editing.fields }, editing.problems, sending);
  const at = draft.state === 'preparing' ? 'prepare' : step;
  const fixed = draft.state === 'preparing' || draft.state === 'publishing' || draft.state === 'published';
  const ready = draft.state === 'ready' || draft.state === 'waiting' || draft.state === 'approved';
  // A film that is small enough is made no smaller.
  const unmade = !here?.ffmpeg || !draft.files?.length ? [] : (draft.renditions ?? []).filter((as) => as !== 'original' && !draft.as_is && !draft.preview?.also?.some((one) => one.as === as));
  const n = (name: Step) => STEPS.filter((one) => one !== 'approve' || draft.needs_approval).indexOf(name) + 1;

  const prepare = () => {
    setTried(true);
    void act(() => editing.flush().then(() => doDraft(draft.id, 'prepare')).then(onDraft));
  };
  const publish = () => {
    setTried(true);
    if (Object.keys(editing.problems).length > 0) return;
    sign(async (alone) => {
      await editing.flush();
      onDraft(await doDraft(draft.id, 'publish', alone ? { alone } : {}));
    }, () => toast(t('publishDone')));
  };
  const added = (names: string[]) => {
    const film = names.find(isFilm);
    if (film && !editing.fields.title) editing.set({ title: titleOf(film) });
  };

  return (
    <>
      <div class="heading">
        <h1>{titleText({ ...draft, fields: editing.fields })} <StateTag draft={draft} /></h1>
        {!fixed && <Button kind="quiet" icon="trash" data-key="draft/delete" onClick={() => setSure(true)}>{t('deleteDraft')}</Button>}
      </div>
      {draft.state === 'published'
        ? (
          <Notice kind="ok" title={t('hint_done')} role="status">
            <p class="actions">
              {draft.lesson && <a class="button main" href={href('coverage', draft.lesson)} data-key="to-coverage"><Icon name="topics" /><span>{t('toCoverage')}</span></a>}
              <Button icon="trash" data-key="draft/delete" onClick={() => setSure(true)}>{t('deleteDraft')}</Button>
            </p>
          </Notice>
        )
        : <p class="hint" role="status"><Icon name={step === 'wait' ? 'wait' : 'next'} />{t(`hint_${step === 'files' && sending ? 'sending' : step === 'files' && parted ? 'parted' : step}`)}</p>}

      <Section n={n('files')} title={t('stepFiles')} now={at === 'files'}><Files draft={draft} fixed={fixed} onDraft={onDraft} onAdded={added} /></Section>
      <Section n={n('fields')} title={t('stepFields')} now={at === 'fields'}><FieldsForm editing={editing} fixed={fixed} tried={tried || at !== 'files'} /></Section>
      <Section n={n('prepare')} title={t('stepPrepare')} now={at === 'prepare'}>
        {here && !here.ffmpeg && <Notice kind="warn" title={t('noFfmpeg')} />}
        <Making draft={draft} fixed={fixed} onDraft={onDraft} />
        {draft.work ? <WorkNow work={draft.work} /> : <Trouble draft={draft} />}
        <p class="actions">
          {draft.state === 'preparing'
            ? <Button busy={busy} data-key="draft/stop" onClick={() => act(() => doDraft(draft.id, 'stop').then(onDraft))}>{t('stop')}</Button>
            : draft.state !== 'published' && draft.state !== 'publishing' && (
              <Button kind={at === 'prepare' ? 'main' : 'plain'} icon="settings" busy={busy} disabled={sending || step === 'files'} data-key="draft/prepare" onClick={prepare}>
                {ready ? t('prepareAgain') : t('prepare')}
              </Button>
            )}
        </p>
        <Checks checks={draft.checks ?? []} />
      </Section>
      <Section n={n('look')} title={t('stepLook')} now={at === 'look'}>
        {draft.preview && draft.preview.parts ? (
          <>
            <p>{t('prepared', { size: size(draft.preview.bytes), time: draft.preview.seconds ? lasting(draft.preview.seconds) : '—' })}</p>
            {unmade.length > 0 && <p class="soft">{t('renditionsNot', { names: unmade.join(' · ') })}</p>}
            <p class="actions">
              <a class="button" href={`/?view=tv#/draft/${draft.id}`} target="_blank" rel="noopener" data-key="preview/tv"><Icon name="play" /><span>{t('preview')} · {t('previewTv')}</span></a>
              <a class="button" href={`/?view=phone#/draft/${draft.id}`} target="_blank" rel="noopener" data-key="preview/phone"><Icon name="phone" /><span>{t('preview')} · {t('previewPhone')}</span></a>
            </p>
            <p class="soft">{t('previewMore')}</p>
          </>
        ) : <p class="soft">{t('previewNot')}</p>}
      </Section>
      {draft.needs_approval && (
        <Section n={n('approve')} title={t('stepApprove')} now={at === 'approve'}>
          {ready ? <Approve draft={draft} onDraft={onDraft} /> : <p class="soft">{t('approveMore')}</p>}
        </Section>
      )}
      {draft.state !== 'published' && (
        <Section n={n('publish')} title={t('stepPublish')} now={at === 'publish'}>
          <p class="soft">{t('publishMore')}</p>
          <KeyLine />
          {asking && <p role="status">{t('publishAsking')}</p>}
          <p class="actions"><Button kind="main" icon="publish" busy={signing || draft.state === 'publishing'} disabled={step !== 'publish'} data-key="draft/publish" onClick={publish}>{t('publish')}</Button></p>
        </Section>
      )}
      {dialogs}
      {sure && (
        <Confirm title={t('deleteSure')} yes={t('deleteDraft')} danger onClose={() => setSure(false)}
          onYes={() => act(() => doDraft(draft.id, 'delete').then(() => go('drafts')), t('deleteDone'))}><p>{t('deleteMore')}</p></Confirm>
      )}
    </>
  );
}

export function DraftEditor({ of: id }: { of: string }) {
  const told = useStore(drafts)?.find((one) => one.id === id);
  const asked = useAsk<Draft>(draftPath(id));
  const [draft, setDraft] = useState<Draft | null>(null);
  useEffect(() => { if (asked.data?.files) setDraft(asked.data); }, [asked.data]);
  // The events bring what moves; the whole is asked for when more has changed.
  useEffect(() => {
    if (!told || !draft) return;
    if (told.state !== draft.state || told.changed_s !== draft.changed_s || told.n_files !== draft.n_files || told.to_come !== draft.to_come)
      asked.again();
  }, [told?.state, told?.changed_s, told?.n_files, told?.to_come]);
  if (asked.failure instanceof Failed && asked.failure.code === 404) return <Empty icon="warn" title={all('noMatch')} />;
  if (asked.failure instanceof Failed && asked.failure.code === 401) refresh();
  if (!draft || draft.id !== id) return <Loading asked={asked} />;
  const whole = told ? { ...draft, work: told.work, ...(told.state === draft.state ? { trouble: told.trouble } : {}) } : draft;
  return <Editor key={id} draft={whole} onDraft={(now) => { if (now.files) setDraft(now); }} />;
}
