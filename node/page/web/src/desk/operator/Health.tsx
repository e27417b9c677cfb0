import { useEffect, useState } from 'preact/hooks';
import { lasting, number, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { desk } from '../live';
import { verb, type Cache, type Health as Facts_ } from '../node';
import { Facts, Loading, Notice, type Fact } from '../parts';
import { Panel } from '../../ui/Card';
import { t as all } from '../words';
import { t } from './settingsWords';

const HOT = 80;
const LAG_MS = 500;
const GUESSED = 10; // more than people who forget

const engineState = (health: Facts_) => (typeof health.engine === 'string' ? health.engine : health.engine?.state ?? 'running');

// What somebody should do something about.
export function worries(health: Facts_, cache?: Cache): string[] {
  const list: string[] = [];
  if ((health.temperature ?? 0) >= HOT) list.push(t('adviceTemperature'));
  if (health.disk_total && health.disk_free !== undefined && health.disk_free < Math.max(cache?.floor ?? 0, health.disk_total * 0.02)) list.push(t('adviceDisk'));
  if (!health.clock_good) list.push(t('adviceClock'));
  if ((health.wrong_tries ?? 0) >= GUESSED) list.push(t('adviceTries', { n: health.wrong_tries! }));
  if (engineState(health) === 'resting') list.push(t('adviceEngine'));
  return list;
}

function cageFact(cage: Facts_['cage']): Fact | null {
  if (!cage || typeof cage !== 'object') return null;
  const open = Object.entries(cage).filter(([, one]) => one && one.in_force === false).map(([name]) => (t.has(`cage_${name}`) ? t(`cage_${name}` as 'cage_user') : name));
  return open.length === 0 ? [t('cage'), t('cageFull'), 'ok'] : [t('cage'), t('cagePart', { list: open.join(', ') })];
}

export function Health() {
  const now = useStore(desk);
  const [code, setCode] = useState('');
  useEffect(() => { verb<{ code?: string }>('status').then((status) => setCode(status.code ?? ''), () => undefined); }, []);
  if (!now) return <Loading />;
  const { health } = now;
  const bad = worries(health, now.cache);
  const state = engineState(health);
  const cage = cageFact(health.cage);
  const facts: Fact[] = [
    [t('engine'), state === 'resting' ? t('engineRests') : state === 'starting' ? t('engineStarts') : t('engineOk'), state === 'resting' ? 'bad' : state === 'running' ? 'ok' : undefined],
    [t('clock'), health.clock_good ? t('clockGood') : t('clockBad'), health.clock_good ? 'ok' : 'warn'],
    ...(health.disk_total && health.disk_free !== undefined ? [[t('diskFree'), t('diskOf', { free: size(health.disk_free), all: size(health.disk_total) })] as Fact] : []),
    ...(typeof health.temperature === 'number' ? [[t('temperature'), `${Math.round(health.temperature)} °C`, health.temperature >= HOT ? 'bad' : undefined] as Fact] : []),
    [t('uptime'), lasting(health.uptime_s)],
    ...(typeof health.power_on_hours === 'number' ? [[t('powerOn'), t('hours', { n: number(health.power_on_hours) })] as Fact] : []),
    ...(health.memory_rss ? [[t('memory'), size(health.memory_rss)] as Fact] : []),
    ...(health.load1 !== undefined ? [[t('load'), health.load1.toFixed(1)] as Fact] : []),
    [t('lag'), t('ms', { n: Math.round(health.lag_worst_ms) }), health.lag_worst_ms > LAG_MS ? 'warn' : undefined],
    [t('wrongTries'), t('wrongTriesOf', { n: health.wrong_tries ?? 0 }), (health.wrong_tries ?? 0) >= GUESSED ? 'warn' : undefined],
    ...(cage ? [cage] : []),
    ...(code ? [[t('code'), <code key="code">{code}</code>] as Fact] : []),
    [t('version'), health.version],
  ];
  return (
    <>
      <h1>{all('health')}</h1>
      {bad.length === 0 ? <Notice kind="ok" title={t('healthGood')} /> : bad.map((text) => <Notice key={text} kind="warn" title={text} />)}
      <Panel><Facts facts={facts} /></Panel>
    </>
  );
}
