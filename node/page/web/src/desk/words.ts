import { words } from '../lib/i18n';

// What every page of the desks says.
export const t = words({
  name: { zh: '管理台', en: 'Desk' },
  otherLanguage: { zh: 'English', en: '中文' },
  library: { zh: '看课页面', en: 'Lessons on screen' },
  logInAgain: { zh: '请重新登录', en: 'Please log in again' },
  logOut: { zh: '退出', en: 'Log out' },
  back: { zh: '返回', en: 'Back' },
  menu: { zh: '菜单', en: 'Menu' },
  personA: { zh: '管理员 A', en: 'Operator A' },
  personB: { zh: '管理员 B', en: 'Operator B' },
  office: { zh: '办公室', en: 'Office' },

  // on paper
  printedOn: { zh: '{date} 打印', en: 'printed {date}' },
  sheetOf: { zh: '第 {n} 页，共 {of} 页', en: 'page {n} of {of}' },
  signOperator: { zh: '站点管理员（签字）', en: 'Operator (signature)' },
  signOffice: { zh: '乡镇核对（签字）', en: 'Checked by the township (signature)' },
  signDate: { zh: '日期', en: 'Date' },

  loading: { zh: '正在打开…', en: 'Opening…' },
  tryAgain: { zh: '再试一次', en: 'Try again' },
  offline: {
    zh: '连不上本站的机器。页面上是刚才的情况，恢复后自动更新。',
    en: 'The station does not answer. This is how it was a moment ago; the page goes on by itself when it is back.',
  },
  clockBad: {
    zh: '这台机器的时间不准：按钟点的规定暂时不起作用。连上网后会自动校准。',
    en: 'The clock of this machine is not set, so rules by the hour do not count now. It sets itself once there is a line.',
  },

  home: { zh: '总览', en: 'Overview' },
  register: { zh: '学习登记', en: 'Register' },
  ledger: { zh: '台账与上报', en: 'Ledger and reports' },
  arriving: { zh: '正在接收', en: 'Arriving' },
  lacking: { zh: '还缺的课', en: 'Lacking' },
  storage: { zh: '存储空间', en: 'Storage' },
  drives: { zh: 'U盘', en: 'USB drives' },
  neighbours: { zh: '附近站点', en: 'Neighbours' },
  lessons: { zh: '保留与删除', en: 'Keep and drop' },
  subscriptions: { zh: '订阅', en: 'Subscriptions' },
  limits: { zh: '时段与限速', en: 'Hours and limits' },
  trust: { zh: '来源与新旧', en: 'Trust and age' },
  health: { zh: '机器状况', en: 'This machine' },
  published: { zh: '已发布的课', en: 'Published' },
  drafts: { zh: '制作与发布', en: 'Make and publish' },
  list: { zh: '成批发布', en: 'Many by a list' },
  coverage: { zh: '覆盖情况', en: 'Coverage' },
  stations: { zh: '站点', en: 'Stations' },
  report: { zh: '学习月报', en: 'Month’s report' },
  attention: { zh: '本周要看', en: 'This week' },
  cards: { zh: '学习卡', en: 'Study cards' },
  records: { zh: '记录收取', en: 'Records' },
  sectionRecords: { zh: '学习记录', en: 'What was studied' },
  sectionPublish: { zh: '发布', en: 'Publishing' },
  sectionMachine: { zh: '本机', en: 'This node' },

  yes: { zh: '是', en: 'Yes' },
  no: { zh: '否', en: 'No' },
  ok: { zh: '确定', en: 'OK' },
  cancel: { zh: '取消', en: 'Cancel' },
  close: { zh: '关闭', en: 'Close' },
  save: { zh: '保存', en: 'Save' },
  saved: { zh: '已保存。', en: 'Saved.' },
  remove: { zh: '删除', en: 'Remove' },
  add: { zh: '添加', en: 'Add' },
  done: { zh: '完成', en: 'Done' },
  unknown: { zh: '不清楚', en: 'not known' },
  none: { zh: '无', en: 'none' },
  noMatch: { zh: '没有符合的。', en: 'Nothing fits.' },
  showMore: { zh: '再显示一些', en: 'Show more' },
  noPage: { zh: '没有这一页', en: 'There is no such page' },
  notYours: { zh: '这一页只给办公室使用', en: 'This page is for the office' },
});

// Names of people as they log in.
export function person(who: string): string {
  return who === 'A' ? t('personA') : who === 'B' ? t('personB') : who === 'office' || who === '' ? t('office') : who;
}
