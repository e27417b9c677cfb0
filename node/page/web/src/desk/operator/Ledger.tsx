// What the station tells its office besides: wishes, faults, equipment; and
// whether its records have got there.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAsk } from '../../lib/ask';
import { ago, date } from '../../lib/format';
import { useStore } from '../../lib/store';
import { dayOf, FAULTS, STATES, tell, utf8, WISH_BYTES, type Equipment, type Fault, type Ledger as Told } from '../../study/api';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { Field, TextField } from '../../ui/Field';
import { me, screen } from '../live';
import { Facts, Item, Loading, useAct } from '../parts';
import { Choice } from '../parts/Choice';
import { sentence } from '../sentences';
import { t as all } from '../words';
import { t } from './studyWords';

const long = (text: string, most = WISH_BYTES) => (utf8(text) > most ? t('tooLong') : undefined);

// A text that is sent, and then gone from its field.
function Say({ label, help, k, onSay, children }:
  { label: string; help?: string; k: string; onSay: (text: string) => Promise<unknown>; children?: ComponentChildren }) {
  const tv = useStore(screen).view === 'tv';
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const said = text.trim();
  const problem = long(said) ?? (tried && !said ? t('needText') : undefined);
  const say = () => {
    setTried(true);
    if (!said || long(said)) return;
    void onSay(said).then((done) => { if (done) { setText(''); setTried(false); } });
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); say(); }}>
      {children}
      <Field label={label} help={help} problem={problem}>
        {(ids) => (tv // where the arrows are to lead out of it
          ? <input class="input" {...ids} value={text} data-key={`${k}/text`} onInput={(e) => setText(e.currentTarget.value)} />
          : <textarea class="input" {...ids} rows={2} value={text} data-key={`${k}/text`} onInput={(e) => setText(e.currentTarget.value)} />)}
      </Field>
      <Button type="submit" kind="main" data-key={`${k}/send`}>{t('send')}</Button>
    </form>
  );
}

function Sent({ sent }: { sent: Told['sent'] }) {
  const here = useStore(me);
  // The machine's own clock said when, and may not be that of this browser.
  const [now] = useState(() => here?.now_s ?? Date.now() / 1000);
  return (
    <Panel title={t('sentTitle')}>
      <Facts facts={[
        [t('sentWaiting'), sent.pending > 0 ? t('sentPending', { n: sent.pending }) : t('sentNone')],
        [t('sentBefore'), sent.last_s > 0 ? t('sentLast', { ago: ago(Math.max(0, now - sent.last_s)) }) : t('sentNever')],
        [t('sentAnswer'), sent.acked ? t('sentAcked') : t('sentOpen'), sent.acked ? 'ok' : undefined],
      ]} />
      {sent.trouble && <p class="trouble">{sentence(sent.trouble) ?? sent.trouble}</p>}
      <p class="soft">{t('sentMore')}</p>
    </Panel>
  );
}

function Faults({ faults, again }: { faults: Fault[]; again: () => void }) {
  const [busy, act] = useAct();
  const [what, setWhat] = useState<Fault['what']>('tv');
  const open = faults.filter((one) => !one.fixed);
  return (
    <Panel title={t('faults')}>
      {open.length === 0 && <p class="soft">{t('faultsNone')}</p>}
      <ul class="items">
        {faults.map((one) => (
          <Item key={one.id} press={!one.fixed} k={`fault-item/${one.id}`} class={`row-item ${one.fixed ? 'off' : ''}`}>
            <p><strong>{t(one.what)}</strong> · {one.text}{dayOf(one.at_s) && <span class="soft"> · {date(dayOf(one.at_s))}</span>}{!!one.fixed && <span class="tag ok">{t('wasFixed')}</span>}</p>
            {!one.fixed && <Button icon="ok" busy={busy} data-key={`fixed/${one.id}`}
              onClick={() => act(() => tell('fault', { id: one.id, what: one.what, text: one.text, fixed: 1 }), t('told')).then(again)}>{t('fixed')}</Button>}
          </Item>
        ))}
      </ul>
      <Say label={t('faultText')} k="fault" onSay={(text) => act(() => tell('fault', { what, text }), t('told')).then((done) => { again(); return done; })}>
        <Choice k="fault/what" label={t('faultWhat')} value={what} options={FAULTS.map((one) => [one, t(one)])} onValue={(to) => setWhat(to as Fault['what'])} />
      </Say>
    </Panel>
  );
}

const EMPTY: Equipment = { id: '', name: '', count: 1, state: 'good' };

function EquipmentForm({ of, onDone, onLeave }: { of: Equipment; onDone: () => void; onLeave: () => void }) {
  const [it, setIt] = useState({ ...of, count: String(of.count), since: of.since ?? '', note: of.note ?? '' });
  const [tried, setTried] = useState(false);
  const [busy, act] = useAct();
  const set = (to: Partial<typeof it>) => setIt({ ...it, ...to });
  const bad = {
    name: !it.name.trim() ? t('needText') : long(it.name.trim(), 200),
    count: /^\d{1,4}$/.test(it.count) ? undefined : t('needCount'),
    since: !it.since || /^\d{4}-\d\d-\d\d$/.test(it.since) ? undefined : t('sinceBad'),
    note: long(it.note.trim(), 2000),
  };
  const save = () => {
    setTried(true);
    if (bad.name || bad.count || bad.since || bad.note) return;
    void act(() => tell('equipment', {
      ...(of.id ? { id: of.id } : {}), name: it.name.trim(), count: Number(it.count), state: it.state,
      ...(it.since ? { since: it.since } : {}), ...(it.note.trim() ? { note: it.note.trim() } : {}),
    }), t('told')).then((done) => { if (done) onDone(); });
  };
  return (
    <form class="narrow-panel" onSubmit={(e) => { e.preventDefault(); save(); }}>
      <TextField label={t('name')} value={it.name} problem={tried ? bad.name : undefined} maxLength={100} data-key="equipment/name" onText={(name) => set({ name })} />
      <TextField label={t('count')} value={it.count} problem={tried ? bad.count : undefined} inputMode="numeric" maxLength={4} data-key="equipment/count" onText={(count) => set({ count })} />
      <Choice k="equipment/state" label={t('state')} value={it.state} options={STATES.map((one) => [one, t(one)])} onValue={(state) => set({ state: state as Equipment['state'] })} />
      <TextField label={t('since')} help={t('sinceHelp')} value={it.since} problem={tried ? bad.since : undefined} maxLength={10} data-key="equipment/since" onText={(since) => set({ since: since.trim() })} />
      <TextField label={t('remark')} value={it.note} problem={tried ? bad.note : undefined} maxLength={600} data-key="equipment/note" onText={(note) => set({ note })} />
      <p class="actions">
        <Button type="submit" kind="main" busy={busy} data-key="equipment/save">{all('save')}</Button>
        <Button data-key="equipment/leave" onClick={onLeave}>{all('cancel')}</Button>
      </p>
    </form>
  );
}

function EquipmentBook({ equipment, again }: { equipment: Equipment[]; again: () => void }) {
  const [editing, setEditing] = useState<Equipment | null>(null);
  return (
    <Panel title={t('equipment')}>
      {equipment.length === 0 && <p class="soft">{t('equipmentNone')}</p>}
      <ul class="items">
        {equipment.map((one) => (
          <Item key={one.id} press k={`equipment-item/${one.id}`} class={`row-item ${one.state === 'gone' ? 'off' : ''}`}>
            <p><strong>{one.name}</strong> × {one.count}<span class={`tag ${one.state === 'good' ? 'ok' : 'warn'}`}>{t(one.state)}</span>
              <span class="soft">{one.since ? ` ${one.since}` : ''}{one.note ? ` · ${one.note}` : ''}</span></p>
            <Button icon="edit" data-key={`equipment/${one.id}`} onClick={() => setEditing(one)}>{t('change')}</Button>
          </Item>
        ))}
      </ul>
      {editing
        ? <><h3>{editing.id ? t('equipmentEdit') : t('equipmentAdd')}</h3><EquipmentForm key={editing.id} of={editing} onDone={() => { setEditing(null); again(); }} onLeave={() => setEditing(null)} /></>
        : <Button icon="add" data-key="equipment/add" onClick={() => setEditing(EMPTY)}>{t('equipmentAdd')}</Button>}
    </Panel>
  );
}

export function Ledger() {
  const asked = useAsk<Told>('/api/tell');
  const [, act] = useAct();
  const it = asked.data;
  if (!it) return <><h1>{all('ledger')}</h1><Loading asked={asked} /></>;
  return (
    <>
      <h1>{all('ledger')}</h1>
      <Sent sent={it.sent} />
      <EquipmentBook equipment={it.equipment} again={asked.again} />
      <Faults faults={it.faults} again={asked.again} />
      <Panel title={t('wishes')}>
        <ul class="items">{it.wishes.map((one) => <Item key={one.id} k={`wish/${one.id}`} class="bare">{one.text}{dayOf(one.at_s) && <span class="soft"> · {date(dayOf(one.at_s))}</span>}</Item>)}</ul>
        <Say label={t('wishLabel')} help={t('wishHelp')} k="wish" onSay={(text) => act(() => tell('wish', { text }), t('told')).then((done) => { asked.again(); return done; })} />
      </Panel>
    </>
  );
}
