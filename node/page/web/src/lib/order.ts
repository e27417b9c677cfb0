// Names as people count them: "第2节" before "第10节". What is no number goes by
// its code, as the node orders files, so that nothing depends on the language.
const NUMBER = /\d+/g;

export function byNumber(a: string, b: string): number {
  const wide = Math.max(0, ...(`${a} ${b}`.match(NUMBER) ?? []).map((digits) => digits.length));
  const key = (name: string) => name.replace(NUMBER, (digits) => '0'.repeat(wide - digits.length) + digits);
  const [x, y] = [key(a), key(b)];
  if (x !== y) return x < y ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
