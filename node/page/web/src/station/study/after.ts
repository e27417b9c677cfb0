// What comes after a lesson of a study: the next one of its list, else the
// register. Null: it is none of that study.
import type { Study } from '../../study/api';

export type After = { id: string; title: string } | 'register' | null;

export function afterIn(running: Pick<Study, 'lessons'> | null, lesson: string): After {
  const at = running ? running.lessons.findIndex((one) => one.id === lesson) : -1;
  return at < 0 ? null : running!.lessons[at + 1] ?? 'register';
}
