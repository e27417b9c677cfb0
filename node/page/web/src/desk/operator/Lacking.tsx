import { date, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Empty } from '../../ui/Empty';
import { desk } from '../live';
import { Item, Loading } from '../parts';
import { href } from '../route';
import { t as all } from '../words';
import { said } from './said';
import { t } from './words';

export function Lacking() {
  const now = useStore(desk);
  if (!now) return <Loading />;
  const rest = now.lacking_total - now.lacking.length;
  return (
    <>
      <h1>{all('lacking')}</h1>
      {now.lacking.length === 0 ? <Empty icon="ok" title={t('lackingEmpty')} /> : (
        <>
          <p class="lead">{t('lackingLead', { n: now.lacking_total })}</p>
          <ul class="items">
            {now.lacking.map((it) => {
              const why = said(it.why);
              return (
                <Item key={it.id} k={`lacking/${it.id}`}>
                  <p class="title">{it.title}{it.due && <span class="tag warn">{t('due', { date: date(it.due) })}</span>}</p>
                  <p>{why.text} <span class="soft">{size(it.bytes)}</span></p>
                  <p class="soft"><strong>{t('doThis')}</strong> {why.advice || t('advice_none')}
                    {why.page && <> <a href={href(why.page)} data-key={`see/${it.id}`}>{all(why.page as 'home')}</a></>}</p>
                </Item>
              );
            })}
          </ul>
          {rest > 0 && <p class="soft">{t('lackingRest', { n: rest })}</p>}
        </>
      )}
    </>
  );
}
