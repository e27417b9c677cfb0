import { useState } from 'preact/hooks';
import { ago } from '../../lib/format';
import { language } from '../../lib/i18n';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { desk } from '../live';
import { verb, type TrustLog } from '../node';
import { Facts, Loading, Notice, useAct } from '../parts';
import { t as all } from '../words';
import { t } from './settingsWords';

const DAY = 86400;
export const OLD_DAYS = 30;

// What is to be said of an office, the worst first.
export function standing(log: TrustLog): { kind: 'ok' | 'warn' | 'bad' | 'info'; text: string; more: string } {
  const office = log.office || log.origin;
  const days = log.age_s === null || log.age_s < 0 ? null : Math.floor(log.age_s / DAY);
  const text = days === null ? t('agedUnknown', { office }) : days === 0 ? t('agedFresh', { office })
    : log.at_least ? t('agedAtLeast', { n: days, office }) : t('agedDays', { n: days, office });
  if (log.forked) return { kind: 'bad', text: office, more: t('forked') };
  if (log.ended) return { kind: 'info', text: office, more: t('endedOffice') };
  if (days === null) return { kind: 'info', text, more: '' };
  return days < OLD_DAYS ? { kind: 'ok', text, more: '' } : { kind: 'warn', text, more: t('agedMore') };
}

const RANK = { bad: 0, warn: 1, ok: 2, info: 3 };

export function Trust() {
  const now = useStore(desk)?.trust;
  const [said, setSaid] = useState<{ words_zh: string; words_en: string; fingerprint: string } | null>(null);
  const [busy, act] = useAct();
  if (!now) return <Loading />;
  const logs = now.logs.map((log) => ({ log, is: standing(log) })).sort((a, b) => RANK[a.is.kind] - RANK[b.is.kind]);
  const plain = (words: unknown) => (Array.isArray(words) ? words.join(' ') : String(words ?? ''));
  return (
    <>
      <h1>{all('trust')}</h1>
      <p class="lead">{t('trustLead')}</p>
      {logs.map(({ log, is }) => (
        <Notice key={log.origin} kind={is.kind} title={is.text}>
          {is.more && <p>{is.more}</p>}
          {log.office && log.office !== log.origin && <p class="soft">{log.origin}</p>}
        </Notice>
      ))}
      <Panel title={t('trustTitle')}>
        <Facts facts={[[t('trustNote'), `${t('trustVersion', { n: now.trust })}${now.age_s !== null && now.age_s >= 0 ? ` · ${ago(now.age_s)}` : ''}`], [t('rootNote'), said ? <>{t('trustVersion', { n: now.root })}<br />{said.fingerprint}</> : t('trustVersion', { n: now.root })]]} />
        {said
          ? <p>{t('words')}<br /><strong class="compare">{plain(language.get() === 'zh' ? said.words_zh : said.words_en)}</strong></p>
          : <p class="actions"><Button busy={busy} data-key="trust/words" onClick={() => act(() => verb<typeof said>('trust').then(setSaid))}>{t('wordsShow')}</Button></p>}
      </Panel>
    </>
  );
}
