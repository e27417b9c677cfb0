// A failure in words: what happened, and what to do about it.
import { Failed } from './api';
import { lasting } from './format';
import { words } from './i18n';

const t = words({
  no_memory: { zh: '本机内存不足，请稍后再试。', en: 'This machine is out of memory. Try again in a while.' },
  io: { zh: '本机读写出错，请稍后再试；若一再出现，请告诉管理员。', en: 'This machine could not read or write. Try again; if it stays, tell the operator.' },
  not_found: { zh: '没有找到。', en: 'It was not found.' },
  malformed: { zh: '填写的内容格式不对。', en: 'What was entered does not have the right form.' },
  untrusted: { zh: '没有通过验证。', en: 'It could not be verified.' },
  cancelled: { zh: '已取消。', en: 'It was stopped.' },
  busy: { zh: '正在被使用，请稍后再试。', en: 'Somebody else is using it. Try again in a while.' },
  forked: { zh: '签名历史不一致，已停止使用，请报告上级。', en: 'Two histories under one signature: it is not used. Tell your office.' },
  no_room: { zh: '存储空间不足。', en: 'There is no room left.' },
  out_of_scope: { zh: '不允许这样做。', en: 'That is not allowed here.' },
  old: { zh: '比这里已有的还旧。', en: 'It is older than what is here already.' },
  exists: { zh: '已经有了。', en: 'It is there already.' },
  usage: { zh: '这个操作用法不对。', en: 'That is not a way to do this.' },
  unreachable: { zh: '对方没有回应。', en: 'Nobody answered there.' },
  damaged: { zh: '存储的内容已损坏，会重新接收。', en: 'What was stored is damaged; it will be fetched again.' },
  read_only: { zh: '那里不能写入。', en: 'Nothing can be written there.' },
  limited: { zh: '现在太忙，请稍后再试。', en: 'Too much at once. Try again in a while.' },
  locked: { zh: '已锁定。', en: 'It is locked.' },
  lockedFor: { zh: '试错次数太多，请等 {wait} 再试。', en: 'Too many wrong tries. Wait {wait}, then try again.' },
  offline: { zh: '连不上本站的机器。请看它是否开着；恢复后会自动继续。', en: 'The station does not answer. Is it switched on? This page goes on by itself when it is back.' },
  other: { zh: '出了问题：{text}', en: 'Something went wrong: {text}' },
});

// The desks know the node's own sentences (desk/sentences.ts), which say more
// than its status does.
let sentence: (text: string) => string | null = () => null;
export const explainWith = (say: typeof sentence) => {
  sentence = say;
};

export function explain(failure: unknown): string {
  if (!(failure instanceof Failed)) return t('other', { text: String((failure as Error)?.message ?? failure) });
  const { status, args } = failure;
  if (status === 'locked' && typeof args.wait_s === 'number') return t('lockedFor', { wait: lasting(args.wait_s) });
  const own = status === 'locked' || status === 'offline' ? null : sentence(failure.message);
  if (own) return own;
  return t.has(status) && status !== 'lockedFor' && status !== 'other'
    ? t(status as 'io') : t('other', { text: failure.message });
}

// Every status of proto/status.h has its words (a test compares the lists).
export const explained = (status: string) => t.has(status);
