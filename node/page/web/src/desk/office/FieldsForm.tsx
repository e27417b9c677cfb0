// What is said of a lesson, kept by itself while it is typed.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failed } from '../../lib/api';
import { useStore } from '../../lib/store';
import { Field, TextField } from '../../ui/Field';
import { me, refresh } from '../live';
import { changeDraft, type Draft, type Fields } from '../node';
import { TopicChoices } from '../operator/Subscriptions';
import { check, type Problems } from './fields';
import { t } from './words';

const SETTLE_MS = 800;
const AGAIN_MS = 5000;

export interface Editing { fields: Fields; problems: Problems; set: (what: Fields) => void; kept: 'saved' | 'saving' | 'not' | ''; flush: () => Promise<void> }

// What is typed stands in the page until the node has it; what the node has
// is shown where nothing is typed.
export function useFields(draft: Draft, onDraft: (now: Draft) => void): Editing {
  const own = useStore(me)?.node.region ?? '';
  const [typed, setTyped] = useState<Fields>({});
  const [kept, setKept] = useState<Editing['kept']>('');
  const waiting = useRef<Fields>({});
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sending = useRef<Promise<void> | null>(null);

  const send = async (): Promise<void> => {
    clearTimeout(timer.current);
    if (sending.current) await sending.current;
    const what = waiting.current;
    if (Object.keys(what).length === 0) return;
    waiting.current = {};
    setKept('saving');
    sending.current = changeDraft(draft.id, { fields: what }).then((now) => {
      onDraft(now);
      setTyped((was) => {
        const rest = { ...was };
        for (const key of Object.keys(what) as (keyof Fields)[]) if (!(key in waiting.current)) delete rest[key];
        return rest;
      });
      setKept(Object.keys(waiting.current).length ? 'saving' : 'saved');
    }, (failure) => {
      waiting.current = { ...what, ...waiting.current };
      setKept('not');
      if (failure instanceof Failed && failure.code === 401) refresh();
      timer.current = setTimeout(() => void send(), AGAIN_MS);
    });
    await sending.current;
    sending.current = null;
  };

  useEffect(() => () => { void send(); }, [draft.id]);
  const fields: Fields = { ...draft.fields, ...typed };
  return {
    fields,
    problems: check(fields, own),
    kept,
    set(what) {
      setTyped((was) => ({ ...was, ...what }));
      setKept('saving');
      waiting.current = { ...waiting.current, ...what };
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void send(), SETTLE_MS);
    },
    flush: send,
  };
}

const LANGS = [['zh-CN', 'langZh'], ['zh', 'langDialect'], ['en', 'langEn']] as const;

export function FieldsForm({ editing, fixed, tried }: { editing: Editing; fixed: boolean; tried: boolean }) {
  const { fields, problems, set, kept } = editing;
  const office = useStore(me);
  // What is empty is complained about when one wants to go on, not before.
  const problem = (name: keyof Problems) => {
    const why = problems[name];
    return why && (tried || why !== 'empty') ? t(`p_${why}`) : undefined;
  };
  const lang = fields.lang ?? '';
  return (
    <fieldset disabled={fixed} class="lesson-fields">
      <TextField label={t('title')} help={t('titleHelp')} problem={problem('title')} value={fields.title ?? ''} maxLength={200} required data-key="field/title" onText={(title) => set({ title })} />
      <TextField label={t('topic')} help={t('topicHelp')} problem={problem('topic')} value={fields.topic ?? ''} list="used-topics" maxLength={200} required data-key="field/topic"
        onText={(topic) => set({ topic: topic.replace(/\s*[/／›]\s*/g, '/') })} />
      <TopicChoices id="used-topics" />
      <Field label={t('summary')} help={t('summaryHelp')} problem={problem('summary')}>
        {(ids) => <textarea class="input" {...ids} rows={4} value={fields.summary ?? ''} data-key="field/summary" onInput={(e) => set({ summary: e.currentTarget.value })} />}
      </Field>
      <div class="two">
        <TextField label={t('region')} help={t('regionHelp')} problem={problem('region')} value={fields.region ?? ''} inputMode="numeric" maxLength={12} placeholder={office?.node.region} data-key="field/region"
          onText={(region) => set({ region: region.trim() })} />
        <Field label={t('lang')}>
          {(ids) => (
            <select class="input" {...ids} value={lang} data-key="field/lang" onChange={(e) => set({ lang: e.currentTarget.value })}>
              <option value="">—</option>
              {LANGS.map(([value, name]) => <option key={value} value={value}>{t(name)}</option>)}
              {lang && !LANGS.some(([value]) => value === lang) && <option value={lang}>{lang}</option>}
            </select>
          )}
        </Field>
      </div>
      <details class="more-fields">
        <summary data-key="field/more">{t('moreFields')}</summary>
        <div class="two">
          <TextField label={t('series')} help={t('seriesHelp')} problem={problem('series')} value={fields.series?.title ?? ''} maxLength={200} data-key="field/series"
            onText={(title) => set({ series: title ? { title, n: fields.series?.n ?? 0 } : null })} />
          <TextField label={t('number')} type="number" min={0} value={fields.series?.n ? String(fields.series.n) : ''} disabled={!fields.series?.title} data-key="field/number"
            onText={(n) => set({ series: { title: fields.series?.title ?? '', n: Math.max(0, Math.floor(Number(n)) || 0) } })} />
          <TextField label={t('date')} type="date" problem={problem('date')} value={fields.date ?? ''} data-key="field/date" onText={(date) => set({ date })} />
          <TextField label={t('expires')} type="date" help={t('expiresHelp')} problem={problem('expires')} value={fields.expires ?? ''} data-key="field/expires" onText={(expires) => set({ expires })} />
          <TextField label={t('initials')} help={t('initialsHelp')} problem={problem('initials')} value={fields.initials ?? ''} maxLength={200} data-key="field/initials"
            onText={(initials) => set({ initials: initials.trim().toLowerCase() })} />
        </div>
        <label class="check"><input type="checkbox" checked={!!fields.keep} data-key="field/keep" onChange={(e) => set({ keep: e.currentTarget.checked })} /> {t('keep')}</label>
      </details>
      <p class="soft kept" role="status">{kept === 'saved' ? t('fieldsSaved') : kept === 'saving' ? t('fieldsSaving') : kept === 'not' ? t('fieldsNotSaved') : ''}</p>
    </fieldset>
  );
}
