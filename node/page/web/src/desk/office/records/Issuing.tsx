// How an issue of cards stands at the node, whoever began it and in whatever
// window: drawn, waiting to be fetched, over.
import { post } from '../../../lib/api';
import { lasting, number } from '../../../lib/format';
import { useStore } from '../../../lib/store';
import { Button } from '../../../ui/Button';
import { Panel } from '../../../ui/Card';
import { Progress } from '../../../ui/Progress';
import { me } from '../../live';
import type { Cards } from '../../node';
import { Notice, useAct } from '../../parts';
import { sentence } from '../../sentences';
import { Discard } from './Discard';
import { t } from './words';

// It is being drawn, or waits: nothing else can be issued meanwhile.
export const isUnderWay = (now: Cards | null) => now?.state === 'drawing' || now?.state === 'ready';

function Drawing({ now, mine }: { now: Cards; mine: boolean }) {
  const n = now.total ?? 0;
  const done = now.done ?? 0;
  const said = t(mine ? 'drawing' : 'drawingOf', { done: number(done), n: number(n), who: now.who ?? '' });
  return (
    <Panel title={t('issueTitle')} class="no-print">
      <div data-key="cards/drawing">
        <p role="status">{said}{now.left_s !== undefined && now.left_s > 0 ? `　${t('drawingLeft', { time: lasting(now.left_s) })}` : ''}</p>
        <Progress value={n ? done / n : 0} label={said} />
        <p class="soft">{t('drawingMore')}</p>
        <p class="actions"><Discard job={now.job!} n={n} stop /></p>
      </div>
    </Panel>
  );
}

function Ready({ now, mine, busy, onShow }: { now: Cards; mine: boolean; busy: boolean; onShow: () => void }) {
  const n = now.total ?? 0;
  return (
    <div class="no-print" data-key="cards/ready">
      <Notice kind="warn" role="alert" title={mine ? t('readyTitle', { n }) : t('readyOf', { n, who: now.who ?? '' })}>
        <p>{mine ? t('readyMore', { time: lasting(now.ends_s ?? 0) }) : t('readyOfMore')}</p>
        <p class="actions">
          {mine && <Button kind="main" icon="document" busy={busy} data-key="cards/show" onClick={onShow}>{t('readyShow')}</Button>}
          <Discard job={now.job!} n={n} />
        </p>
      </Notice>
    </div>
  );
}

function Over({ now }: { now: Cards }) {
  const [busy, act] = useAct();
  const failed = now.state === 'failed';
  return (
    <div class="no-print" data-key="cards/over">
      <Notice kind={failed ? 'bad' : 'warn'} role="alert" title={failed ? t('failedTitle') : t('expiredTitle', { n: now.total ?? 0, batch: now.batch ?? '' })}>
        <p>{failed ? sentence(now.failed?.text ?? '') ?? now.failed?.text : t('expiredMore')}</p>
        <p class="actions"><Button icon="ok" busy={busy} data-key="cards/understood" onClick={() => void act(() => post('/api/cards/drop', { job: now.job }))}>{t('understood')}</Button></p>
      </Notice>
    </div>
  );
}

export function Issuing({ now, busy, onShow }: { now: Cards; busy: boolean; onShow: () => void }) {
  const mine = useStore(me)?.who === now.who;
  if (now.state === 'drawing') return <Drawing now={now} mine={mine} />;
  if (now.state === 'ready') return <Ready now={now} mine={mine} busy={busy} onShow={onShow} />;
  return now.state === 'failed' || now.state === 'expired' ? <Over now={now} /> : null;
}
