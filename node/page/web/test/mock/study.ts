// The node's word on what is studied, for the pages to be tried without one.
import type { Personal, Study, Studying } from '../../src/study/api';

export interface Studies { answer(path: string, body: Record<string, unknown>, month: string | null): { code: number; said: unknown } | null }

const usual = (): Study => ({
  id: '00000000000000a1', began: '2026-11-22 19:30', since_s: 2460, lessons: [{ id: 'zixing.example/431081/lessons#0c0001', title: '黑山羊春季防疫' }],
  heads: 23, names: ['何建国', '李秀英'], cards: [{ tail: '4711', known: true }], note: '', photo: false, ms: 2_400_000, parts: 1, by: 'A',
});

export function studies(here: boolean): Studies {
  const now: Studying = { running: null, interrupted: null, here, may: here, rules: { norm: 240 }, card: null };
  const past: Study[] = [{ ...usual(), began: '2026-11-15 19:30', note: '讨论了圈舍消毒，想要一课讲羊圈怎么建。', photo: true, parts: 2, flags: ['interrupted'] }];
  const personals: Personal[] = [{ tail: '4711', began: '2026-11-18 20:05', ms: 1_300_000, on: 'phone' }];
  const ledger = { wishes: [{ id: 'w1', text: '想要一课讲羊圈怎么建' }], faults: [{ id: 'f1', what: 'tv', text: '屏幕左边有条纹', fixed: 0 }],
    equipment: [{ id: 'e1', name: '电视机 55 寸', count: 1, state: 'good', since: '2024-05-01' }], sent: { pending: 3, last_s: Math.round(Date.now() / 1000) - 5400, acked: true } };
  const post = (path: string, body: Record<string, unknown>): unknown => {
    switch (path) {
      case '/api/study/play': return { ms: 0, own: 0, flags: [] };
      case '/api/study/begin': return (now.running = { ...usual(), names: [], cards: [], ms: 0, heads: Number(body.heads) });
      case '/api/study/change': {
        const it = now.running ?? past[0]!;
        if (body.add_card) it.cards = (it.cards ?? []).concat({ tail: String(body.add_card).slice(-4), known: true });
        Object.assign(it, body.heads === undefined ? {} : { heads: body.heads }, body.names ? { names: body.names } : {}, body.note === undefined ? {} : { note: body.note });
        return { ...it };
      }
      case '/api/study/end': if (now.running) past.unshift(now.running); now.running = null; now.interrupted = null; return {};
      case '/api/card/login': now.card = { tail: String(body.number).slice(-4), ends_s: 600 }; return now.card;
      case '/api/card/logout': now.card = null; return {};
      case '/api/tell': return { id: '00000000000000ff' };
      default: return null;
    }
  };
  return {
    answer(path, body, month) {
      const wrong = path === '/api/card/login' && body.pin !== '123456';
      if (wrong) return { code: 401, said: { failed: { status: 'untrusted', text: 'untrusted', args: { left: 4 } } } };
      const said = path === '/api/study' ? now
        : path === '/api/study/register' ? { studies: month === '2026-11' ? past : [], personals: month === '2026-11' ? personals : [], minutes: { collective_ms: 2_400_000, personal_ms: 1_300_000, open_ms: 600_000, hand_ms: 0 } }
          : path === '/api/card/mine' ? { tail: '4711', total_ms: 1_300_000, personals: [{ began: '2026-11-18 20:05', ms: 1_300_000, plays: [{ lesson: 'x', title: '黑山羊春季防疫', ms: 1_300_000, shown: [0, 1300], of: 1800 }] }] }
            : path === '/api/tell' && !body.kind ? ledger : post(path, body);
      return said === null ? null : { code: 200, said };
    },
  };
}
