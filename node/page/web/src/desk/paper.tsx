// How a page lies on paper. Named pages came with Chrome 85, so the one rule
// there may be is put in while its page is shown (the policy of the pages lets
// no style into the document, but rules may be added to those that are there).
import { useEffect } from 'preact/hooks';
import { date } from '../lib/format';
import { dayOf } from './office/records/month';
import { t } from './words';

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&').replace(/[\n\r\f]/g, ' ')}"`;

// "Page 2 of 5" in the margin, as content of CSS.
export function sheetNumber(): string {
  return t('sheetOf', { n: '\n', of: '\r' }).split(/([\n\r])/)
    .map((part) => (part === '\n' ? 'counter(page)' : part === '\r' ? 'counter(pages)' : part && quoted(part))).filter((part) => part).join(' ');
}

// What stands at the foot of each sheet, so that none is taken for another's.
// Browsers before Chrome 131 leave it out: there the print dialog has its own.
export const footOf = (foot: string): string =>
  `@bottom-left { content: ${quoted(foot)}; font-size: 8pt; } @bottom-right { content: ${sheetNumber()}; font-size: 8pt; }`;

export function usePaper(lie: 'landscape' | 'portrait', margin = '12mm', foot = ''): void {
  useEffect(() => {
    const sheet = Array.from(document.styleSheets).find((one) => one.href?.startsWith(location.origin)) as CSSStyleSheet | undefined;
    if (!sheet) return undefined;
    const rule = `@page { size: A4 ${lie}; margin: ${margin}; ${foot && footOf(foot)} }`;
    const at = sheet.insertRule(rule, sheet.cssRules.length);
    const made = sheet.cssRules[at];
    return () => {
      const now = Array.from(sheet.cssRules).indexOf(made!);
      if (now >= 0) sheet.deleteRule(now);
    };
  }, [lie, margin, foot]);
}

export const printedOn = (nowS: number) => t('printedOn', { date: date(dayOf(nowS)) });

// Whose book it is, and when it was printed, above the table.
export function PrintOf({ of, nowS }: { of: string; nowS: number }) {
  return <p class="print-only print-of"><span>{of}</span><span>{printedOn(nowS)}</span></p>;
}

export function SignHere() {
  return (
    <p class="sign-here print-only">
      {[t('signOperator'), t('signOffice'), t('signDate')].map((what) => <span key={what}>{what}<i /></span>)}
    </p>
  );
}
