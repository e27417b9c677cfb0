// The node's live streams (server-sent events), for as long as a page is open.
//
// A browser's EventSource gives up on some failures (a node that restarts
// answers 503 for a moment) and tells nobody. Here it is opened again, at 1, 2,
// 4 … 15 s, and `connected` is told each way, so that the page can say "the
// node is away" and ask for everything again when it is back. A stream that
// says nothing for long is told by the browser itself: the node sends a
// comment every 15 s, and TCP notices.

export interface Stream { close(): void }

export interface StreamOptions {
  url: string;
  on: Record<string, (data: unknown) => void>;
  connected?: (yes: boolean) => void; // called once for each change, first when it stands
  make?: (url: string) => EventSource; // tests hand in their own
  later?: (work: () => void, ms: number) => unknown;
}

export const RETRY_MS = [1000, 2000, 4000, 8000, 15000];

export function stream({ url, on, connected, make, later }: StreamOptions): Stream {
  const open = make ?? ((address) => new EventSource(address));
  const wait = later ?? ((work, ms) => setTimeout(work, ms));
  let source: EventSource | null = null;
  let tries = 0;
  let stood: boolean | null = null;
  let closed = false;

  const tell = (yes: boolean) => {
    if (stood !== yes) {
      stood = yes;
      connected?.(yes);
    }
  };

  const start = () => {
    if (closed) return;
    const one = open(url);
    source = one;
    one.onopen = () => {
      tries = 0;
      tell(true);
    };
    one.onerror = () => {
      if (closed || source !== one) return;
      one.close();
      source = null;
      tell(false);
      wait(start, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]!);
    };
    for (const [name, take] of Object.entries(on))
      one.addEventListener(name, (event) => {
        try {
          take(JSON.parse((event as MessageEvent).data));
        } catch (error) {
          console.error(`event ${name}:`, error);
        }
      });
  };

  start();
  return {
    close() {
      closed = true;
      source?.close();
      source = null;
    },
  };
}
