import { FLAGS, flagMore, flagText, RULES, t } from '../lib/counting';

export const NORM_MINUTES = 240;

// The rules by which minutes are counted, and what the marks mean.
export function CountingRules({ norm = NORM_MINUTES }: { norm?: number }) {
  return (
    <div class="counting-rules">
      <ol class="rules-of">
        {RULES.map((rule) => <li key={rule}>{t(rule)}</li>)}
        <li>{t('ruleNorm', { norm })}</li>
      </ol>
      <h3>{t('flags')}</h3>
      <dl class="flags-of">
        {FLAGS.map((flag) => <div key={flag}><dt>{flagText(flag)}</dt><dd>{flagMore(flag)}</dd></div>)}
      </dl>
    </div>
  );
}
