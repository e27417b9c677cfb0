import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { focusables, goTo, isBack } from '../lib/focus';

interface Props { title: string; onClose: () => void; children: ComponentChildren; class?: string }

// A box above the page that keeps the focus (browsers of 2018 have no <dialog>
// and no `inert`). Back and a press beside it close it; the focus returns to
// where it was.
export function Dialog({ title, onClose, children, class: name }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const within = box.current!;
    goTo(within.querySelector<HTMLElement>('[data-first]') ?? focusables(within)[0] ?? within);
    const pressed = (event: KeyboardEvent) => {
      const text = (event.target as HTMLElement).tagName === 'INPUT' || (event.target as HTMLElement).tagName === 'TEXTAREA';
      if (isBack(event) && !(text && event.key === 'Backspace')) {
        close.current();
        event.preventDefault();
        event.stopPropagation();
      } else if (event.key === 'Tab') {
        const all = focusables(within);
        const at = all.indexOf(document.activeElement as HTMLElement) + (event.shiftKey ? -1 : 1);
        goTo(all[(at + all.length) % all.length]);
        event.preventDefault();
      }
    };
    document.addEventListener('keydown', pressed, true);
    return () => {
      document.removeEventListener('keydown', pressed, true);
      if (before && document.contains(before)) goTo(before);
    };
  }, []);
  return (
    <div class="shade" onClick={(e) => e.target === e.currentTarget && onClose()}>
      <div ref={box} class={`dialog ${name ?? ''}`} role="dialog" aria-modal="true" aria-label={title} tabIndex={-1} data-focus-trap>
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}
