// The cards just drawn, to be printed and cut: ten a page. They are good only
// once somebody says that he has them, which is asked for after printing.
import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../../../lib/store';
import { Button } from '../../../ui/Button';
import { QrCode } from '../../../ui/QrCode';
import { Dialog } from '../../../ui/Dialog';
import { cards as issuing } from '../../live';
import { usePaper } from '../../paper';
import { Notice } from '../../parts';
import type { Signing } from '../publishing';
import { listOf, numberText, pages } from './cards';
import { Discard } from './Discard';
import { save } from './save';
import type { NewCard, Sheet } from './types';
import { t } from './words';

function CardShown({ card }: { card: NewCard }) {
  return (
    <li class="study-card">
      <div class="face">
        <p class="soft">{t('cardTitle')}</p>
        <p class="owner">{card.name}</p>
        <p class="place">{card.place}</p>
        <dl>
          <div><dt>{t('cardNumber')}</dt><dd>{numberText(card.number)}</dd></div>
          <div><dt>{t('pin')}</dt><dd>{card.pin}</dd></div>
        </dl>
        <p class="how">{t('cardHow')}</p>
      </div>
      <QrCode text={card.number} label={t('qrOf', { name: card.name })} />
    </li>
  );
}

// Leaving the page is asked about: what nobody confirms is not valid.
function useStaying(): void {
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent) => {
      event.preventDefault();
      event.returnValue = '';
    };
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, []);
}

const tableOf = (cards: readonly NewCard[]) => listOf(cards, [t('person'), t('placeOf'), t('regionCode'), t('cardNumber'), t('pin')]);

interface Props { sheet: Sheet; signing: Signing; onHave: () => void; onAgain: (table: string) => void; onClose: () => void }

function Steps({ sheet, signing, onHave }: Props) {
  const [sure, setSure] = useState(false);
  useEffect(() => {
    const printed = () => setSure(true);
    addEventListener('afterprint', printed);
    return () => removeEventListener('afterprint', printed);
  }, []);
  const list = () => { save(`cards-${sheet.batch}.csv`, tableOf(sheet.cards)); setSure(true); };
  return (
    <>
      <Notice kind="warn" role="alert" title={t('sheetYet')}><p>{t('sheetSteps')}</p><p>{t('sheetWait')}</p></Notice>
      <p class="actions">
        <Button kind="main" icon="document" data-key="cards/print" onClick={() => print()}>{t('sheetPrint')}</Button>
        <Button icon="save" data-key="cards/csv" onClick={list}>{t('sheetCsv')}</Button>
        <Button icon="ok" busy={signing.busy} data-key="cards/done" onClick={() => setSure(true)}>{t('sheetDone')}</Button>
        <Discard job={sheet.job} n={sheet.cards.length} />
      </p>
      {sure && (
        <Dialog title={t('sheetSure', { n: sheet.cards.length })} onClose={() => setSure(false)}>
          <p>{t('sheetSureMore')}</p>
          <p class="actions">
            <Button first data-key="cards/not-yet" onClick={() => setSure(false)}>{t('sheetNotYet')}</Button>
            <Button kind="main" icon="ok" data-key="cards/have" onClick={() => { setSure(false); onHave(); }}>{t('sheetDone')}</Button>
          </p>
        </Dialog>
      )}
    </>
  );
}

// The node has them no more; this page still has.
function Gone({ sheet, signing, onAgain, onClose }: Props) {
  return (
    <>
      <Notice kind="bad" role="alert" title={t('goneTitle')}><p>{t('goneMore')}</p></Notice>
      <p class="actions">
        <Button kind="main" icon="ok" busy={signing.busy} data-key="cards/again" onClick={() => onAgain(tableOf(sheet.cards))}>{t('goneAgain')}</Button>
        <Button icon="trash" data-key="cards/gone" onClick={onClose}>{t('goneClose')}</Button>
      </p>
    </>
  );
}

export function CardSheet(props: Props) {
  const now = useStore(issuing);
  usePaper('portrait', '8mm');
  useStaying();
  const { sheet, signing } = props;
  const here = !now || (now.job === sheet.job && (now.state === 'ready' || now.state === 'issued'));
  return (
    <section class="card-sheets" data-key="cards/sheet">
      <div class="no-print">
        <h2>{t('sheetTitle')}</h2>
        {here ? <Steps {...props} /> : <Gone {...props} />}
        {signing.dialogs}
      </div>
      {pages(sheet.cards).map((page, i) => <ul key={i} class="card-sheet">{page.map((card) => <CardShown key={card.number} card={card} />)}</ul>)}
    </section>
  );
}
