// The live picture: bytes a second by source, over the last minutes.
//
// The node says how many bytes of each payload came from where so far. What was
// added since it said so last is spread evenly over the time between, into
// buckets of two seconds; so a pause in what is heard (a node that had nothing
// to tell, a line that broke) makes no peak. A payload that is seen for the
// first time counts from there: what came before was before. One that becomes
// whole is no transfer any more; its last bytes are those of `arrived`.
import { SOURCES, type Arrived, type Source, type Sources, type Transfer } from '../node';

export const BUCKET_S = 2;
export const BUCKETS = 150; // five minutes

type Row = Record<Source, number>;
const nothing = (): Row => ({ uplink: 0, neighbour: 0, drive: 0, cache: 0 });

export class Picture {
  private buckets = new Map<number, Row>(); // bytes, by number of the bucket
  private last = new Map<string, Sources>(); // of what comes, by lesson
  private whole = new Set<string>(); // what has arrived as far as we heard
  private heardAt: number | null = null;
  private now = -1; // the last bucket that is complete

  clear(): void {
    this.buckets.clear();
    this.last.clear();
    this.whole.clear();
    this.heardAt = null;
  }

  // `at`: seconds of any clock that only goes forward.
  heard(transfers: readonly Pick<Transfer, 'id' | 'btmh' | 'from'>[], at: number, arrived: readonly Pick<Arrived, 'id' | 'from'>[] = []): void {
    const since = this.heardAt === null ? at : Math.max(this.heardAt, at - BUCKET_S * BUCKETS);
    const first = this.heardAt === null;
    const seen = new Map<string, Sources>();
    const grown = (key: string, from: Sources) => {
      const before = this.last.get(key);
      // One that begins while we watch begins at nothing.
      if (before || !first)
        for (const source of SOURCES)
          this.add(source, (from[source] || 0) - (before?.[source] ?? 0), since, at);
    };
    for (const { id, btmh, from } of transfers) {
      grown(id || btmh, from);
      seen.set(id || btmh, from);
    }
    for (const { id, from } of arrived) if (!this.whole.has(id) && !seen.has(id)) grown(id, from);
    this.whole = new Set(arrived.map((one) => one.id));
    this.last = seen;
    this.heardAt = at;
  }

  private add(source: Source, bytes: number, from: number, to: number): void {
    if (!(bytes > 0)) return;
    const lasts = Math.max(to - from, 0.001);
    for (let bucket = Math.floor(from / BUCKET_S); bucket <= Math.floor(to / BUCKET_S); bucket++) {
      const begin = Math.max(from, bucket * BUCKET_S);
      const end = Math.min(to, (bucket + 1) * BUCKET_S);
      const part = to > from ? Math.max(0, end - begin) / lasts : 1;
      const row = this.buckets.get(bucket) ?? nothing();
      row[source] += bytes * part;
      this.buckets.set(bucket, row);
    }
  }

  // Time goes on: true when another bucket is complete.
  turn(at: number): boolean {
    const complete = Math.floor(at / BUCKET_S) - 1;
    if (complete <= this.now) return false;
    this.now = complete;
    for (const bucket of Array.from(this.buckets.keys()))
      if (bucket <= complete - BUCKETS) this.buckets.delete(bucket);
    return true;
  }

  // What to draw: seconds before now (0 and less), and bytes a second of each.
  lines(): { times: number[]; rates: Record<Source, number[]> } {
    const times: number[] = [];
    const rates: Record<Source, number[]> = { uplink: [], neighbour: [], drive: [], cache: [] };
    for (let i = BUCKETS - 1; i >= 0; i--) {
      const row = this.buckets.get(this.now - i);
      times.push(i && -i * BUCKET_S);
      for (const source of SOURCES) rates[source].push((row?.[source] ?? 0) / BUCKET_S);
    }
    return { times, rates };
  }

  // Bytes a second of the last few buckets together: what is said in words.
  lately(source: Source, over = 3): number {
    let bytes = 0;
    for (let i = 0; i < over; i++) bytes += this.buckets.get(this.now - i)?.[source] ?? 0;
    return bytes / (over * BUCKET_S);
  }
}

// What of a bar came from where, as shares of the whole.
export function shares(of: Pick<Transfer, 'bytes' | 'from' | 'progress'>): Row {
  const all = SOURCES.reduce((sum, s) => sum + Math.max(0, of.from[s] || 0), 0);
  const row = nothing();
  if (all <= 0) return row;
  // What was fetched twice is not shown as more than there is.
  const scale = Math.min(of.progress, 1) / all;
  for (const s of SOURCES) row[s] = Math.max(0, of.from[s] || 0) * scale;
  return row;
}
