import type { ComponentChildren } from 'preact';

// A framed box with a heading.
export function Panel({ title, aside, children, class: name }:
  { title?: ComponentChildren; aside?: ComponentChildren; children: ComponentChildren; class?: string }) {
  return (
    <section class={`panel ${name ?? ''}`}>
      {(title || aside) && <header>{title && <h2>{title}</h2>}{aside}</header>}
      {children}
    </section>
  );
}
