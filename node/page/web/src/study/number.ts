// The number of a card, as signing/cardid.h has it: nine digits and one that
// checks them (ISO 7064, MOD 11,10).
export const CARD_DIGITS = 10;
export const CARD_PIN_DIGITS = 6;

export function checkDigit(nine: string): string {
  let p = 10;
  for (const digit of nine) {
    const s = (p + Number(digit)) % 10 || 10;
    p = (s * 2) % 11;
  }
  return String((11 - p) % 10);
}

// As people and scanners type it: with spaces or hyphens, or digits as a
// Chinese keyboard makes them.
export const digitsOf = (text: string) => text.replace(/[\s-]/g, '').replace(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));

export const isNumber = (digits: string) =>
  /^\d{10}$/.test(digits) && checkDigit(digits.slice(0, 9)) === digits[9];

// "4711839206" as it is printed: "471 183 9206".
export const printed = (digits: string) => digits.replace(/^(\d{3})(\d{3})?/, (_, a: string, b?: string) => (b ? `${a} ${b} ` : `${a} `)).trim();
