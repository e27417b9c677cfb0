import { useEffect, useState } from 'preact/hooks';
import { explain } from '../../lib/failures';
import { lasting, size } from '../../lib/format';
import { language } from '../../lib/i18n';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { desk } from '../live';
import { conf as askConf, setConf, type Conf } from '../node';
import { Facts, Loading, Notice, useAct, type Fact } from '../parts';
import { Choice } from '../parts/Choice';
import { SizeField } from '../parts/SizeField';
import { t as all } from '../words';
import { day, DAY_MIN, DAYS, format, formatMinute, idle, parse, problem, RULES_MAX, usual, type Rate, type Rule } from './rules';
import { amount, written, type Amount } from './sizes';
import { said } from './said';
import { t as names } from './words';
import { t } from './settingsWords';

const RATES: Rate[] = [null, 100e6, 50e6, 20e6, 10e6, 8e6, 4e6, 2e6, 1e6, 500e3, 250e3, 128e3, 0];

// In Chinese as lines are sold: 100 兆.
const bits = (rate: number) => (rate >= 1e6 || language.get() === 'zh' ? t('mbit', { n: rate / 1e6 }) : `${rate / 1e3} kbit/s`);
export const rateText = (rate: Rate) => (rate === null ? t('free') : rate === 0 ? t('closed') : bits(rate));

const dayName = (i: number) => names(`day${i}` as 'day0');

export function daysText(days: readonly boolean[]): string {
  const key = days.map(Number).join('');
  if (key === '1111111') return t('everyDay');
  if (key === '1111100') return t('workDays');
  if (key === '0000011') return t('weekend');
  return days.map((on, i) => (on ? dayName(i) : '')).filter(Boolean).join(' ');
}

export const ruleText = (rule: Rule) => t('ruleSaid', {
  days: daysText(rule.days), from: formatMinute(rule.from), to: formatMinute(rule.to) + (rule.to < rule.from ? t('nextDay') : ''),
  down: rateText(rule.down), up: rateText(rule.up),
});

function Now() {
  const limits = useStore(desk)?.limits;
  if (!limits) return null;
  const closed = limits.closed ? said(limits.closed) : null;
  const facts: Fact[] = [
    [t('nowTitle'), closed ? closed.text : limits.down === null && limits.up === null ? t('nowFree')
      : t('nowRates', { down: rateText(limits.down), up: rateText(limits.up) }), closed ? 'warn' : undefined],
    ...(limits.cap > 0 ? [[t('monthSpent', { month: limits.month || '—' }), t('monthOf', { spent: size(limits.spent), cap: size(limits.cap) }), limits.spent > limits.cap * 0.9 ? 'warn' : undefined] as Fact] : []),
    ...(limits.waiting > 0 ? [[all('lacking'), t('waiting', { n: limits.waiting })] as Fact] : []),
  ];
  return <Panel><Facts facts={facts} /></Panel>;
}

// How a rule looks there, by what it lets in.
const lookOf = (rule: Rule | undefined, n: number) => (!rule || rule.down === null ? 'open' : rule.down === 0 ? 'shut' : `rule-${n % 4}`);

// The week as a picture: a row a day, which rule counts when. It says nothing
// that the rules below do not say in words.
function Week({ rules }: { rules: readonly Rule[] }) {
  const label = (rule: number) => (rule < 0 ? t('free') : rateText(rules[rule]!.down));
  const look = (rule: number) => lookOf(rules[rule], rule);
  return (
    <div class="week scrolls" role="img" aria-label={t('weekLabel')} tabIndex={0}>
      <div class="hours">{[0, 6, 12, 18, 24].map((h) => <span key={h} style={{ left: `${(h / 24) * 100}%` }}>{h}:00</span>)}</div>
      {DAYS.map((_, i) => (
        <div key={i} class="day">
          <span class="name">{dayName(i)}</span>
          <span class="row">
            {day(rules, i).map((span) => (
              <span key={span.from} class={`span ${look(span.rule)}`} style={{ width: `${((span.to - span.from) / DAY_MIN) * 100}%` }}
                title={`${formatMinute(span.from)}–${formatMinute(span.to)}`}>
                {span.to - span.from >= 150 && <b>{label(span.rule)}</b>}
              </span>
            ))}
          </span>
        </div>
      ))}
    </div>
  );
}

function TimeSelect({ label, value, end, onValue, k }: { label: string; value: number; end?: boolean; onValue: (minute: number) => void; k: string }) {
  const times = Array.from({ length: 49 }, (_, i) => i * 30).filter((m) => (end ? m > 0 : m < DAY_MIN));
  if (!times.includes(value)) times.push(value);
  return <Choice k={k} label={label} value={String(value)} options={times.sort((a, b) => a - b).map((m) => [String(m), formatMinute(m)] as const)}
    onValue={(to) => onValue(Number(to))} />;
}

function RateSelect({ label, value, onValue, k }: { label: string; value: Rate; onValue: (rate: Rate) => void; k: string }) {
  const rates = RATES.includes(value) ? RATES : [...RATES, value];
  const text = (rate: Rate) => (rate === null ? t('rateMax') : rate === 0 ? t('rateNone') : t('rateOf', { n: bits(rate), time: lasting((1024 ** 3 * 8) / rate) }));
  return <Choice k={k} label={label} value={String(value)} options={rates.map((rate) => [String(rate), text(rate)] as const)}
    onValue={(to) => onValue(to === 'null' ? null : Number(to))} />;
}

interface EditorProps { rule: Rule; n: number; last: boolean; never: boolean; onRule: (rule: Rule) => void; onMove: (by: number) => void; onRemove: () => void }

function RuleEditor({ rule, n, last, never, onRule, onMove, onRemove }: EditorProps) {
  const wrong = problem(rule);
  const set = (what: Partial<Rule>) => onRule({ ...rule, ...what });
  return (
    <li class="item rule">
      <fieldset>
        <legend><span class={`swatch ${lookOf(rule, n)}`} aria-hidden="true" />{t('ruleN', { n: n + 1 })}</legend>
        <p class="said">{wrong ? '' : ruleText(rule)}</p>
        <div class="day-boxes" role="group" aria-label={t('days')}>
          {DAYS.map((_, i) => (
            <label key={i} class={rule.days[i] ? 'on' : ''}>
              <input type="checkbox" checked={rule.days[i]} data-key={`rule/${n}/day/${i}`} onChange={(e) => set({ days: rule.days.map((on, d) => (d === i ? e.currentTarget.checked : on)) })} />
              {dayName(i)}
            </label>
          ))}
        </div>
        {wrong && <p class="problem" role="alert">{wrong === 'days' ? t('needDays') : t('needHours')}</p>}
        <div class="rule-fields">
          <TimeSelect k={`rule/${n}/from`} label={t('from')} value={rule.from} onValue={(from) => set({ from })} />
          <TimeSelect k={`rule/${n}/to`} label={t('to')} end value={rule.to} onValue={(to) => set({ to })} />
          <RateSelect k={`rule/${n}/down`} label={t('down')} value={rule.down} onValue={(down) => set({ down })} />
          <RateSelect k={`rule/${n}/up`} label={t('up')} value={rule.up} onValue={(up) => set({ up })} />
        </div>
        {never && !wrong && <p class="trouble">{t('idle')}</p>}
        <p class="actions">
          <Button disabled={n === 0} data-key={`rule/${n}/move-up`} onClick={() => onMove(-1)}>{t('moveUp')}</Button>
          <Button disabled={last} data-key={`rule/${n}/move-down`} onClick={() => onMove(1)}>{t('moveDown')}</Button>
          <Button icon="trash" kind="danger" data-key={`rule/${n}/remove`} onClick={onRemove}>{all('remove')}</Button>
        </p>
      </fieldset>
    </li>
  );
}

const everyDay = () => DAYS.map(() => true);
const PRESETS: [name: 'presetNight' | 'presetNightOnly' | 'presetNone', rules: () => Rule[]][] = [
  ['presetNight', () => [{ days: everyDay(), from: 7 * 60, to: 22 * 60, down: 2e6, up: 500e3 }]],
  ['presetNightOnly', () => [{ days: everyDay(), from: 6 * 60, to: 22 * 60, down: 0, up: 0 }]],
  ['presetNone', () => []],
];

interface Edited { rules: Rule[]; kept: string[]; cap: Amount; reserve: Amount; lanOnly: boolean }

// What the editor does not understand it gives back as it came, at the end.
const edit = (conf: Conf): Edited => ({
  rules: conf.limit.map(parse).filter((rule): rule is Rule => rule !== null),
  kept: conf.limit.filter((line) => parse(line) === null),
  cap: amount(conf.cap), reserve: amount(conf['cap-reserve']), lanOnly: conf['lan-only'],
});

export function Limits() {
  const [was, setWas] = useState<Conf | null>(null);
  const [now, setNow] = useState<Edited | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, act] = useAct();
  const take = (conf: Conf) => {
    setWas(conf);
    setNow(edit(conf));
  };
  useEffect(() => { askConf().then(take, setFailure); }, []);
  if (!was || !now) return <><h1>{all('limits')}</h1>{failure ? <p class="problem" role="alert">{explain(failure)}</p> : <Loading />}</>;
  const set = (what: Partial<Edited>) => setNow({ ...now, ...what });
  const cap = written(now.cap);
  const reserve = written(now.reserve);
  const dirty = JSON.stringify(now) !== JSON.stringify(edit(was));
  const wrong = now.rules.some((rule) => problem(rule)) || cap === null || reserve === null;
  const never = idle(now.rules);
  const save = () => act(() => setConf({ 'limit': now.rules.map(format).concat(now.kept), 'cap': cap ?? '', 'cap-reserve': reserve ?? '', 'lan-only': now.lanOnly }).then(take), all('saved'));
  return (
    <>
      <h1>{all('limits')}</h1>
      <p class="lead">{t('limitsLead')}</p>
      <Now />
      {dirty && (
        <Notice kind="warn" title={t('unsaved')} role="status">
          <p class="actions" data-focus-first>
            <Button first kind="main" busy={busy} disabled={wrong} data-key="limits/save" onClick={save}>{all('save')}</Button>
            <Button busy={busy} data-key="limits/undo" onClick={() => take(was)}>{t('undo')}</Button>
          </p>
        </Notice>
      )}
      <Panel title={t('week')}><Week rules={now.rules} /></Panel>
      <Panel title={t('rulesTitle')}>
        {now.rules.length === 0 && now.kept.length === 0 && <p>{t('rulesNone')}</p>}
        <ol class="items">
          {now.rules.map((rule, n) => (
            <RuleEditor key={n} rule={rule} n={n} last={n === now.rules.length - 1} never={never.includes(n)}
              onRule={(to) => set({ rules: now.rules.map((one, i) => (i === n ? to : one)) })}
              onMove={(by) => {
                const rules = now.rules.slice();
                rules.splice(n + by, 0, ...rules.splice(n, 1));
                set({ rules });
              }}
              onRemove={() => set({ rules: now.rules.filter((_, i) => i !== n) })} />
          ))}
        </ol>
        {now.kept.map((line) => <p key={line} class="soft">{t('unreadable', { line })}</p>)}
        {now.rules.length > 0 && <p class="soft">{t('otherwise')}</p>}
        <p class="actions">
          <Button icon="add" disabled={now.rules.length + now.kept.length >= RULES_MAX} data-key="rule/add" onClick={() => set({ rules: now.rules.concat(usual()) })}>{t('ruleAdd')}</Button>
        </p>
        <p class="soft presets">{t('presets')}</p>
        <p class="actions">{PRESETS.map(([name, rules]) => <Button key={name} data-key={name} onClick={() => set({ rules: rules() })}>{t(name)}</Button>)}</p>
      </Panel>
      <Panel title={t('moreTitle')} class="narrow-panel">
        <SizeField k="cap" label={t('cap')} help={t('capHelp')} problem={cap === null ? names('sizeBad') : undefined} value={now.cap} onValue={(to) => set({ cap: to })} />
        <SizeField k="reserve" label={t('reserve')} help={t('reserveHelp')} problem={reserve === null ? names('sizeBad') : undefined} value={now.reserve} onValue={(to) => set({ reserve: to })} />
        <label class="check"><input type="checkbox" checked={now.lanOnly} data-key="lan-only" onChange={(e) => set({ lanOnly: e.currentTarget.checked })} /> {t('lanOnly')}</label>
      </Panel>
    </>
  );
}
