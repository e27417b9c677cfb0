// PINs and lock-outs, without a screen.
import { Failed } from '../../lib/api';

export const PIN_LEAST = 4;
export const PIN_MOST = 12;
export const CODE_DIGITS = 8;

// What is plainly no PIN is said before the node is asked; what the node
// refuses besides (1990, 2580) it says itself.
export function pinProblem(pin: string): 'short' | 'easy' | null {
  if (!/^\d+$/.test(pin) || pin.length < PIN_LEAST || pin.length > PIN_MOST) return 'short';
  const steps = Array.from(pin).slice(1).map((digit, i) => Number(digit) - Number(pin[i]));
  return steps.every((step) => step === steps[0] && Math.abs(step) <= 1) ? 'easy' : null;
}

// What a failed login means here.
export function refusal(failure: unknown): { wait_s: number } | { left: number | null } | null {
  if (!(failure instanceof Failed)) return null;
  const wait = Number(failure.args.wait_s);
  const busy = failure.status === 'busy' || failure.status === 'offline';
  if (wait > 0 && !busy) return { wait_s: wait };
  if (failure.code !== 401) return null;
  return { left: typeof failure.args.left === 'number' ? failure.args.left : null };
}

// 75 -> "1:15"
export function countdown(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}
