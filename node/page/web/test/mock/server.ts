// A node that only talks: enough of /api/ for the desks to be tried and looked
// at in a browser, with the built pages. See mock.mjs.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Me } from '../../src/lib/api';
import type { Sheet } from '../../src/desk/office/records/types';
import type { Cards, Desk, Draft } from '../../src/desk/node';
import * as data from './data';
import * as records from './records';
import { studies } from './study';

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
  + "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

interface Options { dist: string; port: number; secrets?: Me['secrets'] }

export function mock({ dist, port, secrets }: Options): Server {
  let role: Me['role'] = 'viewer';
  let who = '';
  let tries = 5;
  let unlocked = false;
  const closed = new Map<string, { at_s: number }>();
  const desk: Desk = data.desk();
  const drafts: Draft[] = data.drafts();
  let conf = data.conf();
  let rules = data.rules();
  const lessons = data.lessons();
  const study = studies(true);
  const streams = new Set<ServerResponse>();
  const manifest = () => JSON.parse(readFileSync(`${dist}/manifest.json`, 'utf8')) as { files: { url: string; file: string; type: string }[] };
  const me = () => {
    const said = { ...data.me(role), who, ...(secrets ? { secrets } : {}) };
    if (said.keys && unlocked) said.keys = { publisher: 'unlocked' };
    return said;
  };
  const light = (draft: Draft) => { const rest = { ...draft, n_files: draft.files?.length ?? 0, to_come: (draft.files ?? []).reduce((n, f) => n + f.bytes - f.received, 0) }; delete rest.files; delete rest.checks; delete rest.preview; return rest; };
  const tell = (name: string, what: unknown) => streams.forEach((s) => s.write(`event: ${name}\ndata: ${JSON.stringify(what)}\n\n`));
  let issuing: Cards = { state: 'none' };
  let sheet: Sheet | null = null;
  const draw = (made: Sheet) => { // a few a second, as a node does
    sheet = made;
    const { job, batch, cards: { length: total } } = made;
    let done = 0;
    issuing = { state: 'drawing', job, who, batch, total, done };
    const turn = setInterval(() => {
      done = Math.min(total, done + 20);
      issuing = done < total ? { ...issuing, done, left_s: Math.ceil((total - done) / 20) } : { state: 'ready', job, who, batch, total, ends_s: 8 * 3600 };
      if (done === total) clearInterval(turn);
      tell('cards', issuing);
    }, 1000);
  };
  const touch = (draft: Draft) => { draft.changed_s++; tell('drafts', { drafts: drafts.map(light) }); return draft; };

  const tick = setInterval(() => {
    const one = desk.transfers[0]!;
    const got = 150000 + Math.round(Math.random() * 80000);
    one.from.uplink += got;
    one.from.neighbour += Math.round(got * (0.3 + Math.random()));
    one.from.drive += Math.random() > 0.7 ? 300000 : 0;
    one.verified = Math.min(one.bytes, one.verified + 2 * got);
    one.progress = one.verified / one.bytes;
    const now = desk.drive.now;
    if (now) {
      now.done = Math.min(now.total, now.done + 30e6);
      if (now.done >= now.total) desk.drive.now = null;
    }
    const working = drafts.find((d) => d.work);
    if (working?.work) working.work.done = Math.min(working.work.total ?? 0, (working.work.done ?? 0) + 1e6);
    tell('desk', desk);
    if (working) tell('drafts', { drafts: drafts.map(light) });
  }, 1000);

  const answer = (verb: string, body: Record<string, unknown>): unknown => {
    switch (verb) {
      case 'lessons': return lessons.filter((l) => !body.query || l.title.includes(String(body.query)));
      case 'pin': { const l = lessons.find((one) => one.id === body.id)!; l.pinned = !body.off; return l; }
      case 'drop': { const l = lessons.find((one) => one.id === body.id)!; l.state = 'known'; return l; }
      case 'subscribe':
        if (body.remove) rules = rules.filter((r) => r.n !== body.remove).map((r, i) => ({ ...r, n: i + 1 }));
        else if (body.topic || body.region) rules = rules.concat({ n: rules.length + 1, topic: body.topic as string, region: body.region as string, exclude: !!body.exclude });
        return rules;
      case 'withdrawals': return data.withdrawals();
      case 'show': return lessons.find((one) => one.id === body.id) ?? lessons[0];
      case 'withdraw': return lessons.find((one) => one.id === body.id);
      case 'station-list': return data.stations();
      case 'station-accept': return { name: '新来的盒子', region: '431081102201', code: body.code };
      case 'trust': return { words_zh: '春天 来了 山上 花开', words_en: 'spring comes up the hill', fingerprint: '9f2c 77a1 03be 5512' };
      case 'journal': return [desk.cache.last];
      default: return {};
    }
  };

  const handle = (request: IncomingMessage, response: ServerResponse, raw: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const path = url.pathname;
    const json = (what: unknown, code = 200) => {
      response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-cache', 'content-security-policy': POLICY });
      response.end(JSON.stringify(what));
    };
    const fail = (status: string, code: number, args = {}) => json({ failed: { status, text: status, args } }, code);
    const body = (request.headers['content-type'] === 'application/json' && raw.length ? JSON.parse(raw.toString()) : {}) as Record<string, unknown>;
    const file = manifest().files.find((one) => one.url === path);
    if (file) {
      response.writeHead(200, { 'content-type': file.type, 'content-security-policy': POLICY });
      response.end(readFileSync(`${dist}/${file.file}`));
      return;
    }
    if (request.method === 'POST' && request.headers['x-xiangtu'] !== '1') { fail('out_of_scope', 403); return; }
    if (path === '/api/me') { json(me()); return; }
    if (path === '/api/login') {
      if (body.secret === '7193' || body.secret === 'lingjiao-2026') {
        role = body.who === 'A' || body.who === 'B' ? 'operator' : 'office';
        who = String(body.who);
        tries = 5;
        json(me());
      } else if (--tries > 0) fail('untrusted', 401, { left: tries });
      else fail('limited', 429, { wait_s: 60 });
      return;
    }
    if (path === '/api/logout') { role = 'viewer'; who = ''; json(me()); return; }
    if (path === '/api/reset') { if (body.code) { role = 'operator'; who = String(body.who); json(me()); } else json({ challenge: 'K3F9-W2AA', station: '7m4k-x2pa' }); return; }
    const studied = study.answer(path, body, url.searchParams.get('month'));
    if (studied) { json(studied.said, studied.code); return; }
    if (path === '/api/events') { response.writeHead(200, { 'content-type': 'text/event-stream' }); response.write(': hi\n\n'); return; }
    if (role === 'viewer' && path !== '/api/lesson' && path !== '/api/home') { fail('untrusted', 401); return; }
    if (path === '/api/desk/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: desk\ndata: ${JSON.stringify(desk)}\n\n`);
      if (role === 'office') response.write(`event: cards\ndata: ${JSON.stringify(issuing)}\n\n`);
      if (role === 'office') response.write(`event: drafts\ndata: ${JSON.stringify({ drafts: drafts.map(light) })}\n\n`);
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return;
    }
    if (path === '/api/ask') { json({ reply: answer(String(body.verb), body) }); return; }
    if (path === '/api/conf') { if (request.method === 'POST') conf = { ...conf, ...(body.set as object) }; json({ conf }); return; }
    if (path === '/api/drive') {
      desk.drive.now = body.do === 'sync' ? { step: 'payload-in', title: '黑山羊养殖技术', done: 0, total: 820e6 } : null;
      tell('desk', desk);
      json({});
      return;
    }
    if (path === '/api/home') { json({ fresh: [], local: [], arriving: [], groups: [], topics: lessons.map((l) => ({ topic: l.topic, count: 1 })) }); return; }
    if (path === '/api/unlock') { if (body.passphrase === 'wrong') fail('untrusted', 401, { left: 3 }); else { unlocked = true; json({ keys: { publisher: 'unlocked' } }); } return; }
    if (path === '/api/lock') { unlocked = false; json({ keys: { publisher: 'locked' } }); return; }
    if (path === '/api/coverage') { json(url.searchParams.get('id') ? data.coverage() : { lessons: data.covered() }); return; }
    const asked = (name: string) => url.searchParams.get(name) ?? '';
    if (path === '/api/report') { json(records.report(asked('month'), asked('region'), asked('group'), asked('rank') === '1', closed.get(asked('month')) ?? null)); return; }
    if (path === '/api/report/station') { json(records.books(asked('code'), asked('month'))); return; }
    if (path === '/api/report/photo') { response.writeHead(200, { 'content-type': 'image/svg+xml' }); response.end('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path d="M0 0h4v3H0z" fill="#7a9"/></svg>'); return; }
    if (path === '/api/report/attention') { json(records.attention()); return; }
    if (path === '/api/report/wishes') { json(records.wishes()); return; }
    if (path === '/api/report/close') { closed.set(String(body.month), { at_s: 1795000000 }); json({}); return; }
    if (path === '/api/records') { json(records.state(!unlocked)); return; }
    if (path === '/api/cards/person') { json(records.person(asked('card'))); return; }
    if (path === '/api/cards/end' || path === '/api/cards/forget') { if (!unlocked) fail('locked', 409); else json({}); return; }
    if (path === '/api/cards') {
      if (request.method !== 'POST') { const all = records.people().filter((one) => `${one.name}${one.place}${one.tail}`.includes(asked('query'))); json({ people: all, total: all.length }); } else if (!unlocked) fail('locked', 409);
      else { draw(records.issue(raw.toString())); json(issuing); }
      return;
    }
    if (path === '/api/cards/issue') { json(issuing); return; }
    if (path === '/api/cards/sheet') { if (issuing.state !== 'ready') fail('not_found', 404); else json(sheet); return; }
    if (path === '/api/cards/confirm' || path === '/api/cards/drop') {
      tell('cards', issuing = path.endsWith('drop') ? { state: 'none' } : { ...issuing, state: 'issued' });
      json({ issued: sheet?.cards.length });
      return;
    }
    if (path === '/api/list') { if (raw.includes('bad')) json({ failed: { status: 'usage', text: "line 2: there is no '/var/lib/xiangtu/incoming/bad.mp4'", args: {} } }, 400); else json({ drafts: drafts.slice(0, raw.toString().trim().split('\n').length - 1).map((d) => d.id) }); return; }
    if (path === '/api/drafts') {
      if (request.method === 'POST') {
        const made: Draft = { id: `00000000000000b${drafts.length}`, state: 'open', fields: (body.fields as object) ?? {}, files: [], renditions: ['480p', 'original'], as_is: false, work: null, checks: [], needs_approval: true, made_by: who, changed_s: 1795000000 };
        drafts.unshift(made);
        json(touch(made));
      } else json({ drafts: drafts.map(light) });
      return;
    }
    const [, , , id, what] = path.split('/');
    const draft = path.startsWith('/api/drafts/') ? drafts.find((d) => d.id === id) : undefined;
    if (!draft) { fail('not_found', 404); return; }
    const files = draft.files ?? (draft.files = []);
    if (what === 'file') {
      const name = url.searchParams.get('name')!;
      const total = Number(url.searchParams.get('total'));
      let one = files.find((f) => f.name === name);
      if (!one) files.push(one = { name, bytes: total, received: 0, kind: /\.(mp4|wmv|avi|rmvb)$/i.test(name) ? 'video' : 'document' });
      if (Number(url.searchParams.get('offset')) !== one.received) { fail('busy', 409, { received: one.received }); return; }
      one.received += raw.length;
      setTimeout(() => { json({ received: one.received }); touch(draft); }, 60);
      return;
    }
    if (!what) { if (request.method === 'POST') { if (body.fields) Object.assign(draft.fields, body.fields); if (body.renditions) draft.renditions = body.renditions as string[]; touch(draft); } json(draft); return; }
    if (what === 'publish' && !unlocked) { fail('locked', 409); return; }
    if (what === 'remove-file') draft.files = files.filter((f) => f.name !== body.name);
    if (what === 'delete') drafts.splice(drafts.indexOf(draft), 1);
    draft.state = what === 'prepare' ? 'preparing' : what === 'approve' ? 'approved' : what === 'publish' ? 'published' : what === 'stop' ? 'open' : draft.state;
    if (what === 'approve') draft.approved_by = String(body.name);
    if (what === 'prepare') draft.work = { step: 'converting', file: files[0]?.name ?? '', done: 0, total: 5e8, left_s: 600 };
    if (what === 'stop') draft.work = null;
    json(touch(draft));
  };

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => handle(request, response, Buffer.concat(parts)));
  });
  server.on('close', () => clearInterval(tick));
  return server.listen(port, '127.0.0.1');
}
