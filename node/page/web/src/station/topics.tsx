import { number } from '../lib/format';
import { href } from './route';
import { t } from './words';

export interface Topic { topic: string; count: number }
export interface Top extends Topic { below: Topic[] }

const last = (topic: string) => topic.split('/').pop() ?? topic;

// Topics of the first level, each with what is directly below it.
export function topTopics(topics: readonly Topic[]): Top[] {
  return topics.filter((one) => !one.topic.includes('/'))
    .map((one) => ({ ...one, below: topicsBelow(topics, one.topic) }));
}

export function topicsBelow(topics: readonly Topic[], above: string): Topic[] {
  return topics.filter((one) => one.topic.startsWith(`${above}/`) && !one.topic.slice(above.length + 1).includes('/'));
}

export function TopicTile({ topic }: { topic: Top }) {
  return (
    <a class="tile" href={href({ page: 'topic', topic: topic.topic })} data-key={`topic/${topic.topic}`}>
      <span class="title">{last(topic.topic)}</span>
      {topic.below.length > 0 && <span class="below">{topic.below.slice(0, 3).map((one) => last(one.topic)).join(' · ')}</span>}
      <span class="meta">{t('lessons', { n: topic.count })}</span>
    </a>
  );
}

// Where one is in the topics, and what lies below.
export function TopicChips({ topics, now }: { topics: readonly Topic[]; now: string }) {
  const root = now.split('/')[0]!;
  const chips = [{ topic: root, name: t('all') }, ...topicsBelow(topics, root).map((one) => ({ topic: one.topic, name: last(one.topic), count: one.count }))];
  if (chips.length < 2) return null;
  return (
    <nav class="chips" aria-label={t('topics')}>
      {chips.map((chip) => (
        <a key={chip.topic} class="button" href={href({ page: 'topic', topic: chip.topic })} data-key={`chip/${chip.topic}`}
          aria-current={now === chip.topic || now.startsWith(`${chip.topic}/`) && chip.topic !== root ? 'page' : undefined}>
          <span>{chip.name}{'count' in chip ? <small> {number(chip.count as number)}</small> : null}</span>
        </a>
      ))}
    </nav>
  );
}
