// Small parts that the pages of the desks have in common.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Failed } from '../../lib/api';
import type { Asked } from '../../lib/ask';
import { explain } from '../../lib/failures';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Empty } from '../../ui/Empty';
import { Icon, type IconName } from '../../ui/Icon';
import { toast } from '../../ui/Toast';
import { refresh, screen } from '../live';
import { t } from '../words';

// An entry of a list. On a TV it can have the focus even where nothing in it
// can be pressed: a remote control has no other way to move the page.
export function Item({ children, class: name, k, press }: { children: ComponentChildren; class?: string; k?: string; press?: boolean }) {
  const tv = useStore(screen).view === 'tv';
  return <li class={`item ${name ?? ''}`} data-key={k} tabIndex={tv && !press ? 0 : undefined}>{children}</li>;
}

export type Fact = [name: string, value: ComponentChildren, kind?: 'ok' | 'warn' | 'bad'];

export function Facts({ facts }: { facts: Fact[] }) {
  const tv = useStore(screen).view === 'tv';
  return (
    <dl class="facts">
      {facts.map(([name, value, kind]) => (
        <div key={name} class={kind ?? ''} tabIndex={tv ? 0 : undefined}>
          <dt>{name}</dt>
          <dd>{kind && <Icon name={kind === 'ok' ? 'ok' : 'warn'} />}{value}</dd>
        </div>
      ))}
    </dl>
  );
}

// A sentence that stands out: a sign and words, never a colour alone.
export function Notice({ kind = 'info', icon, title, children, role }:
  { kind?: 'info' | 'ok' | 'warn' | 'bad'; icon?: IconName; title: ComponentChildren; children?: ComponentChildren; role?: 'status' | 'alert' }) {
  return (
    <div class={`notice ${kind}`} role={role}>
      <Icon name={icon ?? (kind === 'ok' ? 'ok' : kind === 'info' ? 'wait' : 'warn')} />
      <div><p class="what">{title}</p>{children}</div>
    </div>
  );
}

// What stands where an answer will be.
export function Loading({ asked }: { asked?: Asked<unknown> }) {
  if (!asked?.failure) return <p class="loading" role="status">{t('loading')}</p>;
  return (
    <Empty icon="warn" title={explain(asked.failure)}>
      <Button data-autofocus="" onClick={asked.again}>{t('tryAgain')}</Button>
    </Empty>
  );
}

// Something the node is asked to do: once at a time, said when it is done or why not.
export function useAct(): [busy: boolean, act: <T>(work: () => Promise<T>, said?: string | ((done: T) => string)) => Promise<T | undefined>] {
  const [busy, setBusy] = useState(false);
  return [busy, async (work, said) => {
    setBusy(true);
    try {
      const done = await work();
      if (said) toast(typeof said === 'string' ? said : said(done));
      return done;
    } catch (failure) {
      if (failure instanceof Failed && failure.code === 401) refresh();
      toast(explain(failure), 'bad');
      return undefined;
    } finally {
      setBusy(false);
    }
  }];
}

export function Confirm({ title, yes, danger, onYes, onClose, children }:
  { title: string; yes: string; danger?: boolean; onYes: () => void; onClose: () => void; children?: ComponentChildren }) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <p class="actions">
        <Button first onClick={onClose}>{t('cancel')}</Button>
        <Button kind={danger ? 'danger' : 'main'} onClick={() => { onClose(); onYes(); }}>{yes}</Button>
      </p>
    </Dialog>
  );
}

// A list whose rest is shown on demand.
export function useMore<T>(all: readonly T[], step = 50): [shown: readonly T[], more: ComponentChildren] {
  const [count, setCount] = useState(step);
  return [all.slice(0, count), all.length > count
    ? <p class="actions"><Button data-key="more" onClick={() => setCount(count + step)}>{t('showMore')}</Button></p> : null];
}
