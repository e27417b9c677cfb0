// The files of a draft: dragged in or chosen, sent piece by piece.
import { useEffect, useRef, useState } from 'preact/hooks';
import { lasting, percent, rate, size } from '../../lib/format';
import { explain } from '../../lib/failures';
import { byNumber } from '../../lib/order';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Icon, type IconName } from '../../ui/Icon';
import { Progress } from '../../ui/Progress';
import { toast } from '../../ui/Toast';
import { doDraft, type Draft, type DraftFile } from '../node';
import { useAct } from '../parts';
import { dropped, FILES_MAX } from './dropped';
import { fileProblem } from './fields';
import { keyOf, leftSeconds, type Upload } from './upload';
import { add, remove, retry, speed, uploads } from './uploads';
import { t } from './words';

const ICONS: Record<string, IconName> = { video: 'play', audio: 'audio', subtitle: 'subtitles', document: 'document', picture: 'picture' };

function stateText(file: DraftFile, upload: Upload | undefined, share: number): string {
  if (!upload) return file.listed ? t('listedFile') : file.received >= file.bytes ? t('uploadDone') : t('uploadPart', { share: percent(share) });
  switch (upload.state) {
    case 'sending': return t('uploading', { share: percent(share) });
    case 'waiting': return t('uploadWaits');
    case 'resting': return upload.login ? t('uploadLogin') : t('uploadRests');
    case 'failed': return explain(upload.failure);
    default: return t('uploadDone');
  }
}

function One({ draft, file, upload, fixed, onDraft }: { draft: Draft; file: DraftFile; upload: Upload | undefined; fixed: boolean; onDraft: (now: Draft) => void }) {
  const [busy, act] = useAct();
  const sent = Math.max(file.received, upload?.sent ?? 0);
  const share = file.bytes > 0 ? sent / file.bytes : 1;
  const here = share >= 1;
  return (
    <li class="file">
      <Icon name={ICONS[file.kind ?? ''] ?? 'document'} />
      <div class="body">
        <p><strong>{file.name}</strong> <span class="soft">{size(file.bytes)}</span></p>
        {!here && <Progress value={share} label={file.name} />}
        <p class={upload?.state === 'failed' || (!upload && !here) ? 'trouble' : 'soft'} aria-live="polite">{here && <Icon name="ok" />}{stateText(file, upload, share)}</p>
      </div>
      <div class="do">
        {upload?.state === 'failed' && <Button data-key={`file/${file.name}/again`} onClick={() => retry(upload.key)}>{t('uploadAgain')}</Button>}
        {!fixed && !file.listed && <Button kind="quiet" icon="trash" busy={busy} data-key={`file/${file.name}/remove`} onClick={() => {
          remove(draft.id, file.name);
          void act(() => doDraft(draft.id, 'remove-file', { name: file.name }).then(onDraft));
        }}>{t('removeFile')}</Button>}
      </div>
    </li>
  );
}

// Redraws once a second while something is sent: how long it still takes.
function useSecond(on: boolean): void {
  const [, again] = useState(0);
  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => again((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [on]);
}

export function Files({ draft, fixed, onDraft, onAdded }: { draft: Draft; fixed: boolean; onDraft: (now: Draft) => void; onAdded: (names: string[]) => void }) {
  const all = useStore(uploads);
  const [over, setOver] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const mine = all.filter((one) => one.draft === draft.id);
  const files = (draft.files ?? []).slice();
  for (const one of mine)
    if (!files.some((file) => file.name === one.name)) files.push({ name: one.name, bytes: one.total, received: one.sent });
  files.sort((a, b) => byNumber(a.name, b.name)); // as the lesson will have them
  const going = mine.some((one) => one.state === 'sending');
  useSecond(going);
  const now = speed.rate();
  const left = leftSeconds(mine, now);

  const take = (list: readonly File[]) => {
    const added: string[] = [];
    for (const file of list) {
      const problem = fileProblem(file, files);
      if (problem) toast(problem === 'empty' ? t('fileEmpty', { name: file.name }) : problem === 'name' ? t('fileName', { name: file.name }) : t('fileCase', { name: file.name }), 'bad');
      else {
        const here = draft.files?.find((one) => one.name === file.name && one.bytes === file.size);
        if (here && here.received >= here.bytes) continue;
        add(draft.id, file, here?.received ?? 0);
        added.push(file.name);
      }
    }
    if (added.length) onAdded(added);
  };

  return (
    <>
      {files.length > 0 && (
        <ul class="files">
          {files.map((file) => <One key={file.name} draft={draft} file={file} fixed={fixed} onDraft={onDraft} upload={all.find((one) => one.key === keyOf(draft.id, file.name) && one.state !== 'done')} />)}
        </ul>
      )}
      {going && left !== null && <p class="soft upload-rate" role="status">{t('uploadRate', { rate: rate(now), time: lasting(left) })}</p>}
      {draft.fields.revises && files.length === 0 && <p class="soft">{t('revisesFiles')}</p>}
      {!fixed && (
        <div class={`dropzone ${over > 0 ? 'over' : ''}`}
          onDragEnter={(e) => { e.preventDefault(); setOver(over + 1); }}
          onDragLeave={() => setOver(Math.max(0, over - 1))}
          onDragOver={(e) => e.preventDefault()}
          onDrop={(e) => {
            e.preventDefault();
            setOver(0);
            void dropped(e.dataTransfer).then(({ files: list, twice, more }) => {
              twice.forEach((name) => toast(t('fileTwice', { name }), 'bad'));
              if (more) toast(t('filesMore', { n: FILES_MAX }), 'bad');
              take(list);
            });
          }}>
          <Icon name="publish" />
          <p class="what">{over > 0 ? t('dropNow') : t('drop')}</p>
          <p class="soft">{t('dropMore')}</p>
          <Button icon="add" data-key="files/choose" onClick={() => input.current?.click()}>{t('choose')}</Button>
          <input ref={input} type="file" multiple class="visually-hidden" tabIndex={-1} aria-label={t('choose')}
            onChange={(e) => { take(Array.from(e.currentTarget.files ?? [])); e.currentTarget.value = ''; }} />
        </div>
      )}
    </>
  );
}
