// A book as the villages keep it on paper: a heading, a ruled table, a line to
// sign on. On the screen the same, with a button that prints it.
import type { ComponentChildren } from 'preact';
import { number } from '../../../lib/format';
import { useStore } from '../../../lib/store';
import { Button } from '../../../ui/Button';
import { me } from '../../live';
import { PrintOf, printedOn, SignHere, usePaper } from '../../paper';
import { t } from './words';

interface Props { name: string; of: string; heads: readonly string[]; rows: readonly ComponentChildren[][]; none: string; sign?: boolean; children?: ComponentChildren }

// Where it does not fit, its box scrolls: no column is a letter wide.
export function Table({ heads, rows }: Pick<Props, 'heads' | 'rows'>) {
  return (
    <div class="table-box" role="region" tabIndex={0} aria-label={heads.join(', ')}>
      <table class="book-table" style={{ minWidth: `${heads.length * 5.4}rem` }}>
        <thead><tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
        <tbody>{rows.map((cells, i) => <tr key={i}>{cells.map((cell, n) => <td key={n} class={typeof cell === 'number' ? 'n' : ''}>{typeof cell === 'number' ? number(cell) : cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

export function Book({ name, of, heads, rows, none, sign, children }: Props) {
  const who = useStore(me);
  const nowS = who?.now_s ?? 0;
  usePaper('landscape', '12mm', `${who?.node.name ?? ''} · ${name} · ${of} · ${printedOn(nowS)}`);
  return (
    <section class="paper-book">
      <p class="print-only print-title">{name}</p>
      <PrintOf of={of} nowS={nowS} />
      <p class="actions no-print"><Button icon="document" data-key="book/print" onClick={() => print()}>{t('print')}</Button></p>
      {rows.length === 0 ? <p>{none}</p> : <Table heads={heads} rows={rows.map((cells, i) => [i + 1, ...cells])} />}
      {children}
      {sign && <SignHere />}
    </section>
  );
}
