// What was dropped: files, and those in folders, whatever lies how deep. Of two
// with one name the first counts (a lesson has no folders); what the system hides
// (.DS_Store, Thumbs.db) is left out.
export const HIDDEN = /^\.|^(thumbs\.db|desktop\.ini)$/i;
export const FILES_MAX = 1000; // somebody dropped the wrong folder

interface Dropped { files: File[]; twice: string[]; more: boolean }

const fileOf = (entry: FileSystemFileEntry) => new Promise<File | null>((done) => entry.file(done, () => done(null)));

// A reader gives a part at a time, and at last nothing.
function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  return new Promise((done) => {
    const next = () => reader.readEntries((some) => {
      if (some.length === 0 || all.length > FILES_MAX) return done(all);
      all.push(...some);
      next();
    }, () => done(all));
    next();
  });
}

// Call it while the event is told: later the browser knows nothing of it.
export function dropped(transfer: DataTransfer | null): Promise<Dropped> {
  const entries = Array.from(transfer?.items ?? []).map((item) => (item.webkitGetAsEntry ? item.webkitGetAsEntry() : null));
  const plain = Array.from(transfer?.files ?? []);
  const found: Dropped = { files: [], twice: [], more: false };
  const add = (file: File | null) => {
    if (!file || HIDDEN.test(file.name)) return;
    if (found.files.some((one) => one.name === file.name)) found.twice.push(file.name);
    else if (found.files.length >= FILES_MAX) found.more = true;
    else found.files.push(file);
  };
  if (!entries.some((entry) => entry?.isDirectory)) {
    plain.forEach(add);
    return Promise.resolve(found);
  }
  const look = async (entry: FileSystemEntry | null): Promise<void> => {
    if (!entry || found.more) return;
    if (entry.isFile) add(await fileOf(entry as FileSystemFileEntry));
    else if (!HIDDEN.test(entry.name))
      for (const one of (await entriesOf(entry as FileSystemDirectoryEntry)).sort((a, b) => (a.name < b.name ? -1 : 1))) await look(one);
  };
  return entries.reduce((before, entry) => before.then(() => look(entry)), Promise.resolve()).then(() => found);
}
