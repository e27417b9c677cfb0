// What is being done with a draft, and what was found.
import { lasting } from '../../lib/format';
import { percent } from '../../lib/format';
import { language } from '../../lib/i18n';
import { Icon } from '../../ui/Icon';
import { Progress } from '../../ui/Progress';
import type { Check, Draft, Work } from '../node';
import { said } from '../operator/said';
import { Notice } from '../parts';
import { sentence } from '../sentences';
import { renditionText } from './renditions';
import { t } from './words';

export function workText(work: Work): string {
  if (work.step === 'queued') return work.ahead ? `${t('queued')} · ${t('queuedAfter', { n: work.ahead })}` : t('queued');
  const step = t.has(`work_${work.step}`) ? t(`work_${work.step}` as 'work_converting') : work.step;
  return [step, work.rendition && renditionText(work.rendition), work.file].filter(Boolean).join(' · ');
}

export function WorkNow({ work }: { work: Work }) {
  const share = work.total ? (work.done ?? 0) / work.total : 0;
  return (
    <div class="work">
      <p class="what" role="status">{workText(work)}</p>
      {!!work.total && <Progress value={share} label={workText(work)} />}
      <p class="soft">{work.total ? percent(share) : ''}{work.left_s !== undefined && work.left_s >= 0 ? ` · ${t('workLeft', { time: lasting(work.left_s) })}` : ''}</p>
    </div>
  );
}

export function Trouble({ draft }: { draft: Draft }) {
  const it = draft.trouble;
  if (!it) return null;
  const key = `trouble_${it.what}` as 'trouble_failed';
  return <Notice kind={it.what === 'stopped' ? 'info' : 'bad'} role="alert" title={t.has(key) ? t(key, { text: said(it.text).text }) : said(it.text).text} />;
}

// What a film is, in words of its makers (hevc 3840x2160 10 bit interlaced, aac)
// and some of the node's.
export const FACTS: readonly [string, string][] = [[' 10 bit', ' 10 位'], [' interlaced', ' 隔行'], [', index last', '，索引在末尾'], [', cut short', '，不完整']];
export const detailText = (text: string) => sentence(text)
  ?? (language.get() === 'zh' ? FACTS.reduce((said, [english, chinese]) => said.replace(english, chinese), text) : text);

export const checkText = (check: Check) => (t.has(`check_${check.what}`) ? t(`check_${check.what}` as 'check_plays') : check.text);

// File by file, what needs a look first.
export function Checks({ checks }: { checks: Check[] }) {
  if (checks.length === 0) return null;
  const files = new Map<string, Check[]>();
  for (const check of checks.slice().sort((a, b) => Number(a.ok) - Number(b.ok))) files.set(check.file, (files.get(check.file) ?? []).concat(check));
  const bad = checks.some((check) => !check.ok);
  return (
    <div class="checks">
      <h3>{t('checks')}</h3>
      {!bad && <p class="what ok"><Icon name="ok" /> {t('checksGood', { n: files.size })}</p>}
      <ul>
        {Array.from(files, ([file, list]) => (
          <li key={file}>
            <strong>{file}</strong>
            <ul>
              {list.map((check, i) => (
                <li key={i} class={check.ok ? 'ok' : 'warn'}>
                  <Icon name={check.ok ? 'ok' : 'warn'} />
                  <span>{checkText(check)}{check.rendition ? ` · ${renditionText(check.rendition)}` : ''}{check.detail ? <span class="soft"> ({detailText(check.detail)})</span> : null}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
}
