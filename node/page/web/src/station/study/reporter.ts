// What is told to the node of one play, from opening to leaving: where the
// film was at which moment of the page's own clock, playing or not. The node
// counts (docs/formats-records.md); this only tells, and never disturbs.
//
// Samples are kept until a post of them was answered. What failed is told with
// the next post, so that a node that was away for a minute loses nothing; of
// what waits too long the oldest is dropped. One post at a time, but for the
// last one of a page that goes away.
//
// A play that stands still for long is over: when it goes on, it is another.
import { Failed } from '../../lib/api';

export type Doing = 'playing' | 'paused' | 'hidden' | 'waiting' | 'ended' | 'reading';
export interface Sample { t: number; at: number; rate: number; state: Doing }

// What is played.
export interface Played {
  lesson: string;
  rev: number;
  as: 'video' | 'audio' | 'document' | 'picture';
  title?: string;
  in?: string; // the study it belongs to, where the node cannot know
}

export interface Body extends Played { play: string; of: number; samples: Sample[]; keys: number; end: boolean }
export interface Counted { ms: number; own: number; in?: string; flags?: string[] }

export interface Tools {
  now(): number; // monotonic milliseconds
  id(): string; // 16 hex digits that nobody had before
  send(body: Body, leaving: boolean): Promise<Counted>;
  told?(counted: Counted): void;
}

export const POST_MS = 10_000;
export const STILL_MS = 10 * 60_000;
const STILL_SAMPLE_MS = 20_000; // so often is said that it still stands still
const MOST = 120; // samples of one post

// A post that is not answered yet.
interface Flight { samples: Sample[]; keys: number; failed: boolean; answered: Promise<void> }

const still = (state: Doing) => state === 'paused' || state === 'hidden';

export class Reporter {
  private play = '';
  private samples: Sample[] = [];
  private last: Sample | null = null;
  private flight: Flight | null = null;
  private keys = 0;
  private posted = 0;
  private stillSince = 0;
  private of = 0;

  constructor(private readonly what: () => Played, private readonly tools: Tools) {}

  // The film stood at `at` (seconds, or a page) of `of`, at the moment `t`.
  note(at: number, of: number, rate: number, state: Doing, t = this.tools.now()): void {
    if (this.play === '' && state !== 'playing' && state !== 'reading') return; // nothing was shown yet
    const sample = { t: Math.round(t), at: Math.round(at * 100) / 100, rate, state };
    const last = this.last;
    if (last && sample.t < last.t) return;
    if (last && last.state === state && still(state) && sample.t - last.t < STILL_SAMPLE_MS) return;
    const begun = this.play === '';
    if (begun) this.play = this.tools.id();
    if (of > 0) this.of = of;
    this.stillSince = still(state) ? this.stillSince || sample.t || 1 : 0;
    this.last = sample;
    this.samples.push(sample);
    if (this.samples.length > MOST) this.samples.shift();
    if (begun || still(state) || state === 'ended') this.post(false);
  }

  // Somebody touched something.
  key(): void {
    this.keys++;
  }

  // Call it every few seconds.
  tick(): void {
    if (this.play === '') return;
    const now = this.tools.now();
    if (this.stillSince && now - this.stillSince >= STILL_MS) this.leave();
    else if (this.samples.length > 0 && now - this.posted >= POST_MS) this.post(false);
  }

  // The play is over: something else is shown, or (`hurry`) the page goes away
  // and nothing can be waited for. A node that has heard the end takes no more,
  // so what is under way comes before it, or once more with it.
  leave(hurry = false): void {
    if (this.play === '') return;
    const { flight } = this;
    if (!flight) this.post(true);
    else if (hurry) {
      this.takeBack(flight);
      this.post(true);
    } else {
      const rest = this.body(true);
      const said = () => {
        if (flight.failed) rest.samples = [...flight.samples, ...rest.samples].slice(-MOST);
        void this.tools.send(rest, true).then((counted) => this.tools.told?.(counted), () => undefined);
      };
      void flight.answered.then(said);
    }
    this.forget();
  }

  private forget(): void {
    this.play = '';
    this.samples = [];
    this.last = null;
    this.keys = 0;
    this.stillSince = 0;
    this.flight = null;
  }

  private body(end: boolean): Body {
    const { samples, keys, play } = this;
    return { ...this.what(), play, of: Math.max(1, Math.round(this.of)), samples, keys, end };
  }

  private takeBack(flight: Flight): void {
    this.samples = [...flight.samples, ...this.samples].slice(-MOST);
    this.keys += flight.keys;
  }

  private post(end: boolean): void {
    if (this.flight && !end) return;
    const body = this.body(end);
    const flight: Flight = { samples: body.samples, keys: body.keys, failed: false, answered: Promise.resolve() };
    this.samples = [];
    this.keys = 0;
    this.posted = this.tools.now();
    if (!end) this.flight = flight;
    const over = () => { if (this.flight === flight) this.flight = null; };
    flight.answered = this.tools.send(body, end).then(
      (counted) => {
        over();
        this.tools.told?.(counted);
      },
      (failure) => {
        over();
        const refused = failure instanceof Failed && failure.code >= 400 && failure.code < 429;
        flight.failed = !refused;
        if (this.play !== body.play) return; // another is told of by now
        // The node has closed this play, or takes none of it: what comes is a new one.
        if (refused) this.forget();
        else this.takeBack(flight);
      },
    );
  }
}
