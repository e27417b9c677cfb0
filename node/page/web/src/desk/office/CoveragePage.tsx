import { ago } from '../../lib/format';
import { Panel } from '../../ui/Card';
import { Empty } from '../../ui/Empty';
import { coveragePath, type Coverage, type Covered } from '../node';
import { Item, Loading, useMore } from '../parts';
import { href } from '../route';
import { t as all } from '../words';
import { CELLS, grid, SIGN, type Town, type Village } from './coverage';
import { CoverageBar } from './CoverageBar';
import { useAskHeard } from './heard';
import { t } from './words';

function Cell({ village }: { village: Village }) {
  const heard = village.heard_ago_s < 0 ? t('neverHeard') : t('heardAgo', { ago: ago(village.heard_ago_s) });
  const name = village.office ? t('officeCell', { name: village.name || village.code }) : village.name || village.code;
  return (
    <li class={`cell cell-${village.cell}`} title={`${name} · ${t(`cell_${village.cell}`)} · ${heard}`}>
      <span class="sign" aria-hidden="true">{SIGN[village.cell]}</span>
      <span class="name">{name}</span>
      <span class="visually-hidden">{t(`cell_${village.cell}`)}, {heard}</span>
    </li>
  );
}

function TownCells({ town }: { town: Town }) {
  return (
    <section class="town">
      <h2>{town.name} {town.stations > 0 && <span class="soft">{t('townSaid', { held: town.counts.held, all: town.stations })}</span>}</h2>
      <ul class="cells">{town.villages.map((village) => <Cell key={village.code} village={village} />)}</ul>
    </section>
  );
}

function One({ id }: { id: string }) {
  const asked = useAskHeard<Coverage & { title?: string }>(coveragePath(id));
  const list = useAskHeard<{ lessons: Covered[] }>(coveragePath());
  const it = asked.data;
  if (!it) return <Loading asked={asked} />;
  const title = it.title ?? list.data?.lessons.find((one) => one.id === id)?.title ?? '';
  return (
    <>
      <h1>{title ? t('coverageOf', { title }) : all('coverage')}</h1>
      <p class="big-line">{t('covered', { held: it.held, all: it.stations, unheard: it.unheard })}</p>
      <CoverageBar of={{ id, title, held: it.held, heard: it.heard, all: it.stations }} />
      <ul class="legend" aria-label={t('legend')}>
        {CELLS.map((cell) => <li key={cell}><span class={`cell cell-${cell}`} aria-hidden="true"><span class="sign">{SIGN[cell]}</span></span>{t(`cell_${cell}`)}</li>)}
      </ul>
      <p class="lead">{t('coverageLead')}</p>
      {grid(it).map((town) => <TownCells key={town.region} town={town} />)}
    </>
  );
}

export function CoveragePage({ of: id }: { of: string }) {
  const asked = useAskHeard<{ lessons: Covered[] }>(id ? null : coveragePath());
  const [shown, more] = useMore(asked.data?.lessons ?? [], 60);
  if (id) return <One key={id} id={id} />;
  return (
    <>
      <h1>{all('coverage')}</h1>
      <p class="lead">{t('coverageLead')}</p>
      {!asked.data ? <Loading asked={asked} /> : asked.data.lessons.length === 0 ? <Empty icon="topics" title={t('coverageNone')} /> : (
        <Panel>
          <ul class="items flat">
            {shown.map((one) => (
              <Item key={one.id} press class="row-item link-row bare">
                <p class="title"><a href={href('coverage', one.id)} data-key={`coverage/${one.id}`}>{one.title}</a></p>
                <CoverageBar of={one} />
              </Item>
            ))}
          </ul>
          {more}
        </Panel>
      )}
    </>
  );
}
