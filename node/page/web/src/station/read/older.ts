// What pdf.js 2.16 takes for granted and browsers of 2018 lack: it brings the
// rest itself. Its worker gets the same (pdf-files.mjs).
const promise = Promise as unknown as { allSettled?: unknown };

if (typeof promise.allSettled !== 'function')
  promise.allSettled = (all: Iterable<unknown>) => Promise.all(Array.from(all, (one) => Promise.resolve(one).then(
    (value) => ({ status: 'fulfilled', value }), (reason: unknown) => ({ status: 'rejected', reason }),
  )));
