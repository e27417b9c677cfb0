import type { Card } from '../lib/api';
import { clock, lasting } from '../lib/format';
import { useStore } from '../lib/store';
import { Icon } from '../ui/Icon';
import { arriving } from './live';
import { Poster } from './Poster';
import { resumeAt, seenLesson, type Seen } from './player/seen';
import { href } from './route';
import { progressOf, shownState, stateText } from './states';
import { t } from './words';

interface Props {
  card: Card;
  row: string; // two rows may show the same lesson
  autofocus?: boolean;
  goOn?: Seen; // leads on into the film, not to its page
}

// An office that nobody has signed a name for is called as its log is, which
// tells a viewer nothing and fits in no card.
export const named = (office: string) => (office.includes('/') ? '' : office);

export function LessonCard({ card, row, autofocus, goOn }: Props) {
  const now = useStore(arriving);
  const shown = shownState(card, now);
  const progress = progressOf(card, now);
  const seen = goOn ?? seenLesson(card.id);
  const at = resumeAt(seen);
  const state = stateText(shown, progress);
  const to = goOn ? href({ page: 'play', id: card.id, part: goOn.part }) : href({ page: 'lesson', id: card.id });
  return (
    <a class={`card ${shown}`} href={to} data-key={`${row}/${card.id}`} data-autofocus={autofocus ? '' : undefined}>
      <span class="frame">
        <Poster src={card.poster} title={card.title} topic={card.topic} />
        {goOn && <span class="tag go-on"><Icon name="play" />{t('goOn')}</span>}
        {!goOn && card.new && shown === 'here' && <span class="tag new">{t('new')}</span>}
        {state && <span class={`tag state ${shown}`}>{state}</span>}
        {shown === 'arriving' && <span class="bar coming"><i style={{ width: `${progress * 100}%` }} /></span>}
        {at > 0 && seen && seen.of > 0 && shown === 'here'
          && <span class="bar watched"><i style={{ width: `${(at / seen.of) * 100}%` }} /></span>}
      </span>
      <span class="title">{card.title}</span>
      <span class="meta">
        {goOn && at > 0 ? t('left', { time: clock(goOn.of - at) })
          : [card.seconds > 0 ? lasting(card.seconds) : '', named(card.office) || card.place].filter(Boolean).join(' · ')}
      </span>
    </a>
  );
}
