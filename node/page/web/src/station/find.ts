// What is asked of the node for what was typed.
//
// Letters and digits may be the initials of a Chinese title, or words of an
// English one: both are asked, initials first. Everything else is text.
import { lessonsPath, type Card } from '../lib/api';

export interface Found { lessons: Card[]; total: number }

const MOST = 60;

export function paths(text: string): string[] {
  const said = text.trim();
  if (!said) return [];
  const asText = lessonsPath({ query: said, limit: MOST });
  return /^[a-z0-9]+$/i.test(said) ? [lessonsPath({ initials: said.toLowerCase(), limit: MOST }), asText] : [asText];
}

export function merge(answers: readonly (Found | undefined)[]): Found | undefined {
  const lessons = new Map<string, Card>();
  let total = 0;
  let some = false;
  for (const one of answers) {
    if (!one) continue;
    some = true;
    total = Math.max(total, one.total);
    one.lessons.forEach((card) => lessons.has(card.id) || lessons.set(card.id, card));
  }
  return some ? { lessons: Array.from(lessons.values()), total: Math.max(total, lessons.size) } : undefined;
}
