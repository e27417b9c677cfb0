import { useEffect, useState } from 'preact/hooks';
import type { Home } from '../../lib/api';
import { useAsk } from '../../lib/ask';
import { explain } from '../../lib/failures';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { TextField } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { verb, type Rule } from '../node';
import { Item, Loading, useAct } from '../parts';
import { Choice } from '../parts/Choice';
import { t as all } from '../words';
import { t } from './settingsWords';

export const isRegion = (code: string) => /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(code);

// Topics in use, for fields where one is typed.
export function TopicChoices({ id }: { id: string }) {
  const home = useAsk<Home>('/api/home');
  return <datalist id={id}>{(home.data?.topics ?? []).map((one) => <option key={one.topic} value={one.topic} />)}</datalist>;
}

function Add({ onRules }: { onRules: (rules: Rule[]) => void }) {
  const [topic, setTopic] = useState('');
  const [region, setRegion] = useState('');
  const [exclude, setExclude] = useState(false);
  const [busy, act] = useAct();
  const [tried, setTried] = useState(false);
  const regionBad = region !== '' && !isRegion(region);
  const empty = !topic.trim() && !region;
  const add = () => {
    setTried(true);
    if (regionBad || empty) return;
    void act(() => verb<Rule[]>('subscribe', { ...(topic.trim() ? { topic: topic.trim() } : {}), ...(region ? { region } : {}), ...(exclude ? { exclude } : {}) }).then((rules) => {
      onRules(rules);
      setTopic('');
      setRegion('');
      setTried(false);
    }), all('saved'));
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); add(); }}>
      <TextField label={t('subTopicLabel')} help={t('subTopicHelp')} problem={tried && empty ? t('subEmpty') : undefined} value={topic} list="topics" maxLength={120}
        data-key="sub/topic" onText={setTopic} />
      <TopicChoices id="topics" />
      <TextField label={t('subRegionLabel')} help={t('subRegionHelp')} problem={regionBad && (tried || region.length > 11) ? t('subRegionBad') : undefined} inputMode="numeric"
        value={region} maxLength={12} data-key="sub/region" onText={(text) => setRegion(text.trim())} />
      <Choice k="sub/how" label={t('subHow')} value={exclude ? 'no' : 'yes'} options={[['yes', t('subTake')], ['no', t('subLeave')]]} onValue={(to) => setExclude(to === 'no')} />
      <Button kind="main" icon="add" type="submit" busy={busy} data-key="sub/add">{all('add')}</Button>
    </form>
  );
}

export function Subscriptions() {
  const [rules, setRules] = useState<Rule[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, act] = useAct();
  useEffect(() => { verb<Rule[]>('subscribe').then(setRules, setFailure); }, []);
  return (
    <>
      <h1>{all('subscriptions')}</h1>
      <p class="lead">{t('subsLead')}</p>
      {!rules ? (failure ? <p class="problem" role="alert">{explain(failure)}</p> : <Loading />)
        : rules.length === 0 ? <p class="lead">{t('subsNone')}</p> : (
          <ul class="items">
            {rules.map((rule) => (
              <Item key={rule.n} press class="row-item">
                <p><span class={`tag first ${rule.exclude ? 'bad' : 'ok'}`}><Icon name={rule.exclude ? 'close' : 'ok'} /> {rule.exclude ? t('subExcluded') : t('subWanted')}</span>{' '}
                  <strong>{[rule.topic && t('subTopic', { topic: rule.topic.split('/').join(' › ') }), rule.region && t('subRegion', { region: rule.region })].filter(Boolean).join(' · ') || t('subAll')}</strong></p>
                <Button icon="trash" busy={busy} data-key={`sub/${rule.n}`} onClick={() => act(() => verb<Rule[]>('subscribe', { remove: rule.n }).then(setRules), all('saved'))}>{t('subRemove')}</Button>
              </Item>
            ))}
          </ul>
        )}
      <Panel title={t('subAdd')} class="narrow-panel"><Add onRules={setRules} /></Panel>
    </>
  );
}
