// Subtitles that were published as SRT only, read for a browser.

export interface Spoken { from: number; to: number; text: string }

const TIME = /(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})/;

const seconds = (h: string, m: string, s: string, ms: string) =>
  Number(h) * 3600 + Number(m) * 60 + Number(s) + Number(`0.${ms}`);

export function parseSrt(text: string): Spoken[] {
  return text.replace(/\r/g, '').split(/\n{2,}/).reduce<Spoken[]>((all, block) => {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => TIME.test(line));
    const t = at >= 0 ? TIME.exec(lines[at]!) : null;
    const said = lines.slice(at + 1).join('\n').replace(/<[^>]*>|\{\\[^}]*\}/g, '').trim();
    if (t && said)
      all.push({ from: seconds(t[1]!, t[2]!, t[3]!, t[4]!), to: seconds(t[5]!, t[6]!, t[7]!, t[8]!), text: said });
    return all;
  }, []);
}

// Older offices saved subtitles as GB18030.
export function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}
