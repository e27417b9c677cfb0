import { ago } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Empty } from '../../ui/Empty';
import { Icon } from '../../ui/Icon';
import { desk } from '../live';
import { Item, Loading, useMore } from '../parts';
import { t as all } from '../words';
import { t } from './words';

const LEVELS = ['county', 'township', 'station'] as const;
export const levelName = (level: string) => (LEVELS.includes(level as 'county') ? t(level as 'county') : level);

export function Neighbours() {
  const now = useStore(desk);
  const list = (now?.neighbours ?? []).slice().sort((a, b) => Number(b.alive) - Number(a.alive) || a.heard_ago_s - b.heard_ago_s);
  const [shown, more] = useMore(list);
  if (!now) return <Loading />;
  return (
    <>
      <h1>{all('neighbours')}</h1>
      <p class="lead">{t('neighboursLead')}</p>
      {list.length === 0 ? <Empty icon="neighbours" title={t('neighboursNone')}><p>{t('neighboursNoneMore')}</p></Empty> : (
        <ul class="items">
          {shown.map((one, i) => (
            <Item key={one.url || i} k={`neighbour/${one.url}`} class={one.alive ? '' : 'off'}>
              <p class="title"><Icon name={one.alive ? 'ok' : 'offline'} /> {one.name || one.url} <span class="soft">{levelName(one.level)}</span></p>
              <p class="line">
                <span>{one.alive ? t('alive') : t('away')}</span>
                <span>{t('heard', { ago: ago(one.heard_ago_s) })}</span>
                {one.route && <span>{one.route === 'lan' ? t('routeLan') : t('routeBeyond')}</span>}
                <span class="soft">{one.url}</span>
              </p>
            </Item>
          ))}
        </ul>
      )}
      {more}
    </>
  );
}
