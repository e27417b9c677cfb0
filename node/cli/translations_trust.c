/* What `xiangtu trust` says, in Chinese. */
#include "node/cli/translations.h"

static const struct translation rows[] = {
	{ "\n%llu statements are of a later version of this program\n",
	  "\n有 %llu 条属于本程序的更新版本\n" },
	{ "  %llu of these %zu keys must sign:\n",
	  "  须有 %llu 把签名，共 %zu 把密钥：\n" },
	{ "  ENDED after %llu entries", "  已终止于第 %llu 条" },
	{ "  at most", "  上限" },
	{ "  keys", "  公钥" },
	{ "  may let others publish parts of this",
	  "  可以把其中一部分交给别人发布" },
	{ "  nothing else changes", "  没有其他改动" },
	{ "  regions", "  地区" },
	{ "  still lacking: %u", "  还差：%u" },
	{ "  still signed under root %llu: to be made anew with 'xiangtu "
	  "trust renew'\n",
	  "  仍由第 %llu 版根签署：请用“xiangtu trust renew”重新制作\n" },
	{ "  that is enough", "  已经够了" },
	{ "  topics", "  主题" },
	{ " %llu entries", " %llu 条" },
	{ " %s a lesson", " 每个课件 %s" },
	{ " %s an entry", " 每条 %s" },
	{ "%llu entries of %s come after that, %llu lessons among them: they "
	  "are taken back everywhere and kept as evidence.\n",
	  "在此之后有 %llu 条属于 %s，其中课件 %llu 个：它们将在各处收回，并作"
	  "为证据保留。\n" },
	{ "%s is no publisher yet: add it with 'xiangtu trust publisher add'.\n",
	  "%s 还不是发布者：请用“xiangtu trust publisher add”加入。\n" },
	{ "; %s goes on in its place", "；由 %s 接替" },
	{ "A newer one is held here.", "这里已有更新的。" },
	{ "Backups on paper keep the passphrase they were made with.",
	  "已打印的备份仍用打印时的口令。" },
	{ "Behind a passphrase", "受口令保护" },
	{ "Behind the new passphrase", "已改用新口令" },
	{ "Capitals and spaces do not matter; o is 0, l and i are 1.",
	  "大小写和空格不限；o 当 0，l 和 i 当 1。" },
	{ "Delegated by", "授权者" },
	{ "Delegations that count for nothing", "不生效的授权" },
	{ "Ended", "已终止" },
	{ "For root %lu, of whose %zu keys %lu must sign:",
	  "第 %lu 版根，共 %zu 把密钥，须有 %lu 把签名：" },
	{ "Give each of them to another person, and leave none of them here.",
	  "请把它们分别交给不同的人，这里一把也不要留。" },
	{ "Give it to the county, which names it in the trust note: xiangtu "
	  "trust witness add VKEY",
	  "请交给县里，由县里写进信任文件：xiangtu trust "
	  "witness add 公钥" },
	{ "Give it to the county: xiangtu trust evidence --to FOLDER",
	  "请交给县里：xiangtu trust evidence --to 文件夹" },
	{ "It is held here already.", "这里已经有了。" },
	{ "Its %zu signatures are gone: they were of what it said before.\n",
	  "原有的 %zu 个签名已作废：它们签的是改动前的内容。\n" },
	{ "Key backup", "密钥备份" },
	{ "Keys", "密钥" },
	{ "Keys without a passphrase are among them: whoever has such a file "
	  "can sign.",
	  "其中有没设口令的密钥：谁拿到文件谁就能签名。" },
	{ "May publish now", "现在可以发布" },
	{ "Next, where a node is: xiangtu trust accept %s\n",
	  "下一步，在有节点的地方运行：xiangtu trust accept %s\n" },
	{ "Next: %lu of the %zu keys of root %lu sign it, each with\n    "
	  "xiangtu trust sign %s --key KEYFILE\nthen it is taken in with\n    "
	  "xiangtu trust accept %s\n",
	  "下一步：须有 %lu 把签名（共 %zu 把，第 %lu 版根），各自运行：\n    x"
	  "iangtu trust sign %s --key 密钥文件\n然后收下：\n    xiangtu trust ac"
	  "cept %s\n" },
	{ "Next: those who hold the keys sign, each with\n    xiangtu trust "
	  "sign %s%s%s --key KEYFILE\n",
	  "下一步：保管密钥的人各自签名：\n    xiangtu trust sign %s%s%s --key "
	  "密钥文件\n" },
	{ "Not protected by a passphrase now", "现在没有口令保护" },
	{ "Not protected by a passphrase.", "没有口令保护。" },
	{ "Not taken in: it needs more signatures.",
	  "没有收下：签名还不够。" },
	{ "PROVEN: one key has signed two histories", "已证实：同一把密钥签了两份不同的历史" },
	{ "Records are sealed to", "学习记录密封给" },
	{ "Root %llu must sign, too; it is not known here, so who did cannot "
	  "be told (--root FILE).\n",
	  "第 %llu 版根也须签名；这里没有它，无法说出谁签过（--root 文件）。\n" },
	{ "Root note %llu", "根文件第 %llu 版" },
	{ "Signed with this directory's root.key, which is enough, and taken "
	  "in.",
	  "已用本目录的 root.key 签名（一把就够），并已收下。" },
	{ "Start the node again, back the new key up, and have the trust note "
	  "name it: xiangtu trust recipient remove, then add. Keep "
	  "records.key.1 until what was sealed to it has come; who destroys it "
	  "makes all of that unreadable, for ever.",
	  "请重新启动节点，备份新密钥，并让信任书写上它：先 xiangtu trust "
	  "recipient remove，再 add。用旧密钥密封的内容全部到达之前，请保留 "
	  "records.key.1；一旦销毁，那些内容就永远读不出来。" },
	{ "Taken in.", "已收下。" },
	{ "The keys of this office. Keep this sheet in a safe:",
	  "本单位的密钥。请把这张纸锁进保险柜：" },
	{ "The last group of a line checks it.", "每行最后一组用来校验该行。" },
	{ "The note before it is not known here, so all of it is shown "
	  "(--against FILE tells what changes):",
	  "这里没有上一版文件，所以全部列出（--against 文件 可显示改动）：" },
	{ "The trust note held is still signed under root %lu: new nodes "
	  "cannot join with it. Make it anew: xiangtu trust renew\n",
	  "现有的信任文件仍由第 %lu 版根签署，新节点无法据此加入。请重新制作："
	  "xiangtu trust renew\n" },
	{ "The trust note lists no publisher %s; the end counts all the same.\n",
	  "信任文件里没有发布者 %s；终止同样有效。\n" },
	{ "The trust note names it: this node cosigns.", "信任文件里有它：本站会见证签名。" },
	{ "Then, at the office: xiangtu init --level county --join %s "
	  "--origin NAME\n",
	  "然后在办公室运行：xiangtu init --level county --join %s --origin 名"
	  "称\n" },
	{ "Then, where a node is: xiangtu trust accept %s%s%s\n",
	  "然后在有节点的地方运行：xiangtu trust accept %s%s%s\n" },
	{ "There is no evidence against anybody.", "没有任何作假的证据。" },
	{ "There is no trust note yet: those who hold the root sign one, "
	  "'xiangtu trust accept' takes it in.",
	  "还没有信任文件：由保管根密钥的人签署，再用“xiangtu trust accept”收下。" },
	{ "To be this office again, type what follows into a file.",
	  "要恢复本单位，把下面各行输入到一个文件里。" },
	{ "Trust note %llu, under root %lu",
	  "信任文件第 %llu 版，由第 %lu 版根签署" },
	{ "What changes is told by notes that lie beside it, and nobody has "
	  "compared those: --root FILE names others.",
	  "改动是对照旁边的根文件和信任文件得出的，没有人核对过它们：可用 "
	  "--root 文件 另外指定。" },
	{ "What changes is told by notes that lie beside it, of the root with "
	  "these words. Compare them with yours before you sign:",
	  "改动是对照旁边的根文件和信任文件得出的，其根的词如下。签名之前请与您"
	  "手上的核对：" },
	{ "Witnesses", "见证人" },
	{ "a statement this program does not know, added",
	  "增加一条本程序不认识的内容" },
	{ "a statement this program does not know, removed",
	  "去掉一条本程序不认识的内容" },
	{ "another office delegates it", "由另一单位授权" },
	{ "bytes of a lesson, at most", "每课最多字节数" },
	{ "cosigns", "联署" },
	{ "does not verify, and is left out", "签名不符，不计" },
	{ "entries, at most", "条目最多" },
	{ "found here", "本站发现" },
	{ "goes on as", "继任者" },
	{ "good up to entry", "有效至条目" },
	{ "its keys change", "更换密钥" },
	{ "its limits change", "更改上限" },
	{ "its log ends for ever", "它的日志永久终止" },
	{ "its log is no longer ended", "它的日志不再终止" },
	{ "its regions change", "更改地区" },
	{ "its topics change", "更改主题" },
	{ "may publish from then on", "此后可以发布" },
	{ "new one", "新的" },
	{ "no longer listed as a publisher", "不再列为发布者" },
	{ "not proven", "未证实" },
	{ "not that office's to give", "超出该单位可授权的范围" },
	{ "notes", "仅有签名文本" },
	{ "nothing is to be added", "没有可添加的签名" },
	{ "nothing it said counts any more", "它说过的一切都不再算数" },
	{ "old one", "原来的" },
	{ "opens records", "打开记录" },
	{ "proven", "已证实" },
	{ "records of this region go to a key",
	  "此地区的学习记录密封给一把公钥" },
	{ "records of this region go to another key",
	  "此地区的学习记录改为密封给另一把公钥" },
	{ "records of this region go to nobody of its own",
	  "此地区不再有自己的接收单位" },
	{ "retired", "已注销" },
	{ "root key added", "增加根密钥" },
	{ "root key removed", "去掉根密钥" },
	{ "signed", "已签名" },
	{ "signs", "签名" },
	{ "so many root keys must sign from then on",
	  "此后须有这么多把根密钥签名" },
	{ "taken back", "已收回" },
	{ "the end of its log changes", "更改日志的终止处" },
	{ "the trust note itself says what it may", "信任文件本身已作规定" },
	{ "this drive belongs to another county: what is on it stays "
	  "as it is, and nothing is put on it",
	  "这个U盘属于别的县：上面的内容原样不动，也不往上写" },
	{ "too deep below the trust note", "离信任文件层级过深" },
	{ "too many", "过多" },
	{ "whether it may delegate changes", "更改能否转授" },
	{ "with it and its passphrase anybody is this office.",
	  "谁有它和口令，谁就能冒充本单位。" },
	{ "witness added", "增加见证人" },
	{ "witness removed", "去掉见证人" },
};

const struct translations translations_trust = {
	rows, sizeof(rows) / sizeof(*rows)
};
