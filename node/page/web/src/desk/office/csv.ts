// A table of lessons, as far as the page shows it: its rows beside what became
// of them. The node reads the file itself (node/lesson_table.h) and decides.

// Office software saves tables as GB18030 or with a byte order mark.
export function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

export interface TableRow { line: number; cells: string[] }

// Rows with the line each begins on; quotes may hold commas and lines.
export function rows(text: string): TableRow[] {
  const first = text.replace(/^\ufeff/, '');
  const head = first.split('\n', 1)[0]!;
  const comma = (head.match(/\t/g) ?? []).length > (head.match(/,/g) ?? []).length ? '\t' : (head.match(/;/g) ?? []).length > (head.match(/,/g) ?? []).length ? ';' : ',';
  const out: TableRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begun = 1;
  const end = () => {
    cells.push(cell.trim());
    if (cells.some((one) => one !== '')) out.push({ line: begun, cells });
    cells = [];
    cell = '';
  };
  for (let i = 0; i < first.length; i++) {
    const letter = first[i]!;
    if (letter === '\n') line++;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (first[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (letter === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (letter === comma) {
      cells.push(cell.trim());
      cell = '';
    } else if (letter === '\n') {
      end();
      begun = line;
    } else if (letter !== '\r') cell += letter;
  }
  end();
  return out;
}

export const COLUMNS = [
  ['file', '文件'], ['title', '标题'], ['topic', '主题'], ['region', '地区'], ['summary', '简介'], ['series', '系列'], ['number', '集数'],
  ['date', '日期'], ['expires', '到期'], ['lang', '语言'], ['no-save', '不可保存'],
] as const;

const NAMES: Record<string, string[]> = { file: ['file', '文件', '文件名', '路径', '视频'], title: ['title', '标题', '题目', '课件名称', '名称'], topic: ['topic', '主题', '类别', '分类'] };

// Where title and file stand, by the first row.
export function columns(head: readonly string[]): { file: number; title: number; topic: number } {
  const at = (name: string) => head.findIndex((cell) => NAMES[name]!.includes(cell.trim().toLowerCase()));
  return { file: at('file'), title: at('title'), topic: at('topic') };
}

// "line 3: there is no 'x'" -> by line; what names none stands under 0.
export function faults(text: string): Map<number, string[]> {
  const map = new Map<number, string[]>();
  for (const one of text.split('\n')) {
    const match = /^line (\d+): (.*)$/.exec(one.trim());
    const line = match ? Number(match[1]) : 0;
    const said = match ? match[2]! : one.trim();
    if (said) map.set(line, (map.get(line) ?? []).concat(said));
  }
  return map;
}

// An empty table with an example, with a byte order mark: then spreadsheets
// read it as it is meant.
export function template(zh: boolean): string {
  const head = COLUMNS.map((one) => one[zh ? 1 : 0]).join(',');
  const example = zh ? '黑山羊春季防疫.mp4,黑山羊春季防疫,产业/养殖/黑山羊,,春季防疫要点,,,2026-03-05,,zh-CN,' : 'goats.mp4,Goats in spring,产业/养殖/黑山羊,,What to do against disease in spring,,,2026-03-05,,en,';
  return `\ufeff${head}\r\n${example}\r\n`;
}
