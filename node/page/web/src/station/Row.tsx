import type { ComponentChildren } from 'preact';

// A heading and what belongs under it, side by side.
export function Row({ id, title, children, wrap }: { id: string; title: string; children: ComponentChildren; wrap?: boolean }) {
  return (
    <section class="row" aria-labelledby={`row-${id}`} data-reveal>
      <h2 id={`row-${id}`}>{title}</h2>
      <div class={wrap ? 'grid' : 'line'}>{children}</div>
    </section>
  );
}
