import { useState } from 'preact/hooks';
import { language, setLanguage } from '../lib/i18n';
import { useStore } from '../lib/store';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { me } from './live';
import { PhoneCode } from './PhoneCode';
import { back, href, route } from './route';
import { t } from './words';

// The three ways besides lessons, search in the middle: up from the lessons
// leads to it, one step aside are phone and language. Home needs two presses
// for the first and three for the others.
export function Header() {
  const now = useStore(route);
  const who = useStore(me);
  const [phone, setPhone] = useState(false);
  const home = now.page === 'home';
  return (
    <header class="top">
      {home
        ? <p class="station"><Icon name="place" /><span>{who?.node.name || t('name')}</span></p>
        : <Button class="go-back" kind="quiet" icon="back" data-key="back" onClick={back}>{t('back')}</Button>}
      <nav class="ways" aria-label={t('name')} data-focus-first>
        <Button class="way" kind="quiet" icon="phone" data-key="phone" onClick={() => setPhone(true)}>{t('onPhone')}</Button>
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
