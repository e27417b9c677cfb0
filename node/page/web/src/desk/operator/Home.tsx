// The overview: one sentence of each page, and what is to be looked at first.
import { lasting, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Icon, type IconName } from '../../ui/Icon';
import { desk } from '../live';
import { coming } from '../node';
import { Loading } from '../parts';
import { href } from '../route';
import { t as all } from '../words';
import { Rates } from './Arriving';
import { worries } from './Health';
import { rateText } from './Limits';
import { OLD_DAYS, standing } from './Trust';
import { t } from './words';

function Tile({ page, icon, text, kind }: { page: string; icon: IconName; text: string; kind?: 'warn' | 'busy' }) {
  return (
    <a class={`tile ${kind ?? ''}`} href={href(page)} data-key={`tile/${page}`}>
      <span class="name"><Icon name={icon} />{all(page as 'home')}</span>
      <span class="text">{kind && <Icon name="warn" />}{text}</span>
    </a>
  );
}

export function Home() {
  const now = useStore(desk);
  if (!now) return <Loading />;
  const logs = now.trust.logs.map(standing);
  const quiet = Math.max(0, ...now.trust.logs.filter((log) => !log.ended).map((log) => Math.floor((log.age_s ?? 0) / 86400)));
  const bad = worries(now.health, now.cache).length;
  const arriving = coming(now).length;
  const alive = now.neighbours.filter((n) => n.alive).length;
  return (
    <>
      <h1>{all('home')}</h1>
      <div class="tiles-of">
        <Tile page="arriving" icon="arriving" text={arriving ? t('arrivingTile', { n: arriving }) : t('arrivingNone')} />
        <Tile page="lacking" icon="wait" kind={now.lacking_total > 0 ? 'warn' : undefined}
          text={now.lacking_total > 0 ? t('lackingTile', { n: now.lacking_total }) : t('lackingNone')} />
        <Tile page="drives" icon="drive" kind={now.drive.now ? 'busy' : undefined} text={now.drive.now ? t('drivesBusy') : t('drivesIdle')} />
        <Tile page="storage" icon="storage" text={t('storageTile', { used: size(now.cache.used), free: size(now.cache.quota ? Math.max(0, now.cache.quota - now.cache.used) : now.cache.free) })} />
        <Tile page="neighbours" icon="neighbours" text={t('neighboursTile', { n: alive })} />
        <Tile page="lessons" icon="pin" text={t('heldTile', { n: now.lessons.held })} />
        <Tile page="limits" icon="speed" text={now.limits.closed ? t('limitsClosed') : now.limits.down === null && now.limits.up === null ? t('limitsNone')
          : t('limitsNow', { down: rateText(now.limits.down), up: rateText(now.limits.up) })} />
        <Tile page="trust" icon="shield" kind={logs.some((is) => is.kind === 'bad' || is.kind === 'warn') ? 'warn' : undefined}
          text={logs.some((is) => is.kind === 'bad') ? t('trustBad') : quiet >= OLD_DAYS ? t('trustTile', { n: quiet }) : t('trustFresh')} />
        <Tile page="health" icon="health" kind={bad ? 'warn' : undefined} text={bad ? t('healthBad', { n: bad }) : t('healthTile', { time: lasting(now.health.uptime_s) })} />
      </div>
      <section class="panel"><h2>{t('ratesNow')}</h2><Rates /></section>
    </>
  );
}
