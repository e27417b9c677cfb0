import { store, useStore } from '../lib/store';

interface Said { id: number; text: string; kind: 'ok' | 'bad' }

const said = store<Said[]>([]);
let last = 0;

// Say something in passing: toast('Saved.'), toast(explain(e), 'bad').
export function toast(text: string, kind: Said['kind'] = 'ok', ms = kind === 'bad' ? 10000 : 5000): void {
  const id = ++last;
  said.set([...said.get().slice(-2), { id, text, kind }]);
  setTimeout(() => said.set(said.get().filter((one) => one.id !== id)), ms);
}

// Stands once in every page.
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {useStore(said).map((one) => <p key={one.id} class={`toast ${one.kind}`}>{one.text}</p>)}
    </div>
  );
}
