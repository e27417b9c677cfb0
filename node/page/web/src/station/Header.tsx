import { useState } from 'preact/hooks';
import { language, setLanguage } from '../lib/i18n';
import { useStore } from '../lib/store';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { me } from './live';
import { PhoneCode } from './PhoneCode';
import { back, href, route } from './route';
import { study } from './study/live';
import { t } from './words';

// The ways besides lessons. Up from the lessons leads to search; one step aside
// are study and language, two the phone.
export function Header() {
  const now = useStore(route);
  const who = useStore(me);
  const [phone, setPhone] = useState(false);
  const home = now.page === 'home';
  const studies = useStore(study);
  const studyName = studies?.card ? t('cardMark', { tail: studies.card.tail }) : studies?.running ? t('studyOn') : t('study');
  return (
    <header class="top">
      {home
        ? <p class="station"><Icon name="place" /><span>{who?.node.name || t('name')}</span></p>
        : <Button class="go-back" kind="quiet" icon="back" data-key="back" onClick={back}>{t('back')}</Button>}
      <nav class="ways" aria-label={t('name')} data-focus-first>
        <Button class="way" kind="quiet" icon="phone" data-key="phone" onClick={() => setPhone(true)}>{t('onPhone')}</Button>
        {studies && (
          <a class={`button quiet way ${studies.card || studies.running ? 'on' : ''}`} href={href({ page: 'study' })} data-key="study"
            aria-current={now.page === 'study' || now.page === 'begin' || now.page === 'me' ? 'page' : undefined}>
            <Icon name="study" /><span>{studyName}</span>
          </a>
        )}
        <a class="button quiet way" href={href({ page: 'search', text: '' })} data-key="search" data-first=""
          aria-current={now.page === 'search' ? 'page' : undefined}>
          <Icon name="search" /><span>{t('search')}</span>
        </a>
        <Button class="way" kind="quiet" icon="language" data-key="language" lang={language.get() === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => setLanguage(language.get() === 'zh' ? 'en' : 'zh')}>{t('otherLanguage')}</Button>
      </nav>
      {phone && <PhoneCode title={t('phoneTitle')} how={t('phoneHow')} path="/" onClose={() => setPhone(false)} />}
    </header>
  );
}
