// A small mark on the film: a study runs, or a card is studied with.
import { useStore } from '../../lib/store';
import { Icon } from '../../ui/Icon';
import { screen } from '../live';
import { t } from '../words';
import { study } from './live';

// `whole`: while the buttons show. The picture alone has the sign only.
export function Mark({ lesson, whole }: { lesson: string; whole: boolean }) {
  const now = useStore(study);
  const phone = useStore(screen).view === 'phone';
  const together = !!now?.running && !phone && now.running.lessons.some((one) => one.id === lesson);
  const text = together ? t('studyMark') : now?.card ? t('cardMark', { tail: now.card.tail }) : '';
  if (!text) return null;
  return (
    <p class={`study-mark ${whole ? '' : 'small'}`}>
      <Icon name={together ? 'people' : 'study'} label={whole ? undefined : text} />{whole && <span>{text}</span>}
    </p>
  );
}
