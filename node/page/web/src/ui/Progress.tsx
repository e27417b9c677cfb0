// How far something is, from 0 to 1; `parts` draws several shares in one bar.
export interface Share { value: number; kind: string; label?: string }

export function Progress({ value, label, parts }: { value: number; label: string; parts?: Share[] }) {
  const share = Math.max(0, Math.min(1, value || 0));
  return (
    <div class="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}>
      {(parts ?? [{ value: share, kind: 'main' }]).map((part) => (
        <span key={part.kind} class={`share ${part.kind}`} title={part.label} style={{ width: `${Math.max(0, part.value) * 100}%` }} />
      ))}
    </div>
  );
}
