// Many lessons by a table: what is in it, what is wrong with it, and what
// becomes of each row.
import { useRef, useState } from 'preact/hooks';
import { Failed, postBytes } from '../../lib/api';
import { changed } from '../../lib/ask';
import { language } from '../../lib/i18n';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { Icon } from '../../ui/Icon';
import { toast } from '../../ui/Toast';
import { refresh } from '../live';
import { doDraft, type Draft } from '../node';
import { Notice, useAct } from '../parts';
import { said } from '../operator/said';
import { href } from '../route';
import { t as all } from '../words';
import { columns, decode, faults, rows, template, type TableRow } from './csv';
import { StateTag, useDrafts } from './Drafts';
import { useSigning } from './publishing';
import { workText } from './Work';
import { t } from './words';

// A file by its place in the folder that the office fills.
const short = (text: string) => text.replace(/\/\S*\/incoming\//g, 'incoming/');

interface Table { file: File; name: string; rows: TableRow[]; title: number; from: number }

export function ListPage() {
  const input = useRef<HTMLInputElement>(null);
  const [table, setTable] = useState<Table | null>(null);
  const [problem, setProblem] = useState('');
  const [bad, setBad] = useState<Map<number, string[]>>(new Map());
  const [made, setMade] = useState<string[]>([]);
  const { list } = useDrafts();
  const [busy, act] = useAct();
  const signing = useSigning();

  const choose = async (file: File) => {
    setBad(new Map());
    setMade([]);
    setProblem('');
    const read = rows(decode(await new Response(file).arrayBuffer()));
    const at = columns(read[0]?.cells ?? []);
    if (at.file < 0 || at.title < 0 || at.topic < 0) {
      setTable(null);
      setProblem(t('listNoHead'));
    } else setTable({ file, name: file.name, rows: read.slice(1), title: at.title, from: at.file });
  };

  const send = () => act(async () => {
    try {
      const { drafts } = await postBytes<{ drafts: string[] }>('/api/list', table!.file, 'text/csv');
      setMade(drafts);
      toast(t('listMade', { n: drafts.length }));
      changed.set(changed.get() + 1);
    } catch (failure) {
      if (failure instanceof Failed && failure.code === 401) refresh();
      if (!(failure instanceof Failed) || failure.code !== 400) throw failure;
      const found = faults(failure.message);
      setBad(found);
      setProblem(`${t('listBad')}${(found.get(0) ?? []).map((text) => ` ${said(text).text}`).join('')}`);
    }
  });

  const draftOf = (i: number): Draft | undefined => list?.find((one) => one.id === made[i]);
  const all_ = made.map((id) => list?.find((one) => one.id === id)).filter((one): one is Draft => !!one);
  const open = all_.filter((one) => one.state === 'open' || one.state === 'failed');
  const ready = all_.filter((one) => one.state === 'approved' || (one.state === 'ready' && !one.needs_approval));

  return (
    <>
      <h1>{all('list')}</h1>
      <p class="lead">{t('listLead')}</p>
      <Panel>
        <p>{t('listStep1')}</p>
        <p class="with-button">{t('listStep2')} <Button kind="quiet" icon="save" data-key="list/template" onClick={() => {
          const link = document.createElement('a');
          link.href = URL.createObjectURL(new Blob([template(language.get() === 'zh')], { type: 'text/csv' }));
          link.download = t('listTemplateName');
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 10000);
        }}>{t('listTemplate')}</Button></p>
        <p>{t('listStep3')}</p>
        <p class="actions">
          <Button icon="document" kind={table ? 'plain' : 'main'} data-key="list/choose" onClick={() => input.current?.click()}>{t('listChoose')}</Button>
          <input ref={input} type="file" accept=".csv,text/csv" class="visually-hidden" tabIndex={-1} aria-label={t('listChoose')}
            onChange={(e) => { const file = e.currentTarget.files?.[0]; e.currentTarget.value = ''; if (file) void choose(file); }} />
        </p>
      </Panel>
      {problem && <Notice kind="bad" title={problem} role="alert" />}
      {table && (
        <Panel title={`${table.name} · ${t('listRows', { n: table.rows.length })}`}>
          <p class="actions">
            {made.length === 0 && <Button kind="main" busy={busy} data-key="list/send" onClick={send}>{t('listSend')}</Button>}
            {made.length > 0 && (
              <>
                <Button kind={open.length > 0 ? 'main' : 'plain'} icon="settings" busy={busy} disabled={open.length === 0} data-key="list/prepare"
                  onClick={() => act(async () => { for (const one of open) await doDraft(one.id, 'prepare'); })}>{t('listPrepare')}</Button>
                <Button kind={open.length === 0 && ready.length > 0 ? 'main' : 'plain'} icon="publish" busy={signing.busy} disabled={ready.length === 0} data-key="list/publish" onClick={() => {
                  const rest = ready.map((one) => one.id);
                  const count = rest.length;
                  signing.sign(async (alone) => {
                    while (rest.length > 0) {
                      await doDraft(rest[0]!, 'publish', alone ? { alone } : {});
                      rest.shift();
                    }
                  }, () => toast(t('listPublished', { n: count })));
                }}>{t('listPublish', { n: ready.length })}</Button>
              </>
            )}
          </p>
          {signing.asking && <p role="status">{t('publishAsking')}</p>}
          <div class="table-box scrolls" tabIndex={0} role="region" aria-label={table.name}>
            <table>
              <thead><tr><th>{t('listLine')}</th><th>{t('title')}</th><th>{t('listState')}</th></tr></thead>
              <tbody>
                {table.rows.map((row, i) => {
                  const wrong = bad.get(row.line) ?? [];
                  const draft = draftOf(i);
                  return (
                    <tr key={row.line} class={wrong.length ? 'wrong' : ''}>
                      <td>{row.line}</td>
                      <td>{draft ? <a href={href('draft', draft.id)}>{row.cells[table.title] || row.cells[table.from]}</a> : row.cells[table.title] || row.cells[table.from]}</td>
                      <td>
                        {wrong.length > 0 ? <span class="trouble"><Icon name="warn" /> {short(wrong.map((text) => said(text).text).join('; '))}</span>
                          : draft ? <><StateTag draft={draft} />{draft.work ? ` ${workText(draft.work)}` : ''}{draft.trouble && draft.state === 'failed' ? <span class="trouble"> {said(draft.trouble.text).text}</span> : null}</>
                            : <span class="soft">{t('listOk')}</span>}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
      {signing.dialogs}
    </>
  );
}
