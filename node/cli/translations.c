/* The command line in Chinese: every text that is passed to tr(), in the order
 * of its bytes. tests/check_translations.py fails when one is missing.
 *
 * Sentences of errors are composed below the command line and stay English;
 * scripts read --json, which is never translated. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"

struct translation {
	const char *english, *chinese;
};

static const struct translation translations[] = {
	{ "  keys", "  公钥" },
	{ "  regions", "  地区" },
	{ "  topics", "  主题" },
	{ "Address", "地址" },
	{ "All of it is as it was signed.", "全部与签名一致。" },
	{ "Checked", "已校验" },
	{ "Code", "代码" },
	{ "Damaged", "有损坏" },
	{ "Date", "日期" },
	{ "Entries", "条目" },
	{ "Entries refused", "被拒条目" },
	{ "Examples", "示例" },
	{ "Expires", "过期" },
	{ "FORKED: no longer followed", "已分叉：不再跟随" },
	{ "Files", "文件" },
	{ "Give the copy an identity of its own: xiangtu init --new-identity",
	  "请给拷贝出来的那一份自己的身份：xiangtu init --new-identity" },
	{ "Heard", "最近听到" },
	{ "Here", "已到" },
	{ "ID", "编号" },
	{ "Initials", "首字母" },
	{ "Its log:", "它的日志：" },
	{ "Keys are not protected by a passphrase. Carry this one off line, "
	  "to a safe place:",
	  "密钥没有口令保护。请把这一个离线存放到安全的地方：" },
	{ "Language", "语言" },
	{ "Length", "时长" },
	{ "Lessons", "课件" },
	{ "Level", "级别" },
	{ "Log", "日志" },
	{ "Made", "已建立" },
	{ "More", "详细说明" },
	{ "Name", "名称" },
	{ "Neighbours", "邻居" },
	{ "Next:", "下一步：" },
	{ "No lesson found.", "没有找到课件。" },
	{ "No node runs here: start it with 'xiangtu run'.",
	  "这里没有节点在运行：请用 xiangtu run 启动。" },
	{ "No rules: everything for this place is fetched.",
	  "没有规则：面向本地的课件全部获取。" },
	{ "Nothing is arriving.", "没有正在接收的内容。" },
	{ "Of", "总量" },
	{ "Office", "发布单位" },
	{ "Payload", "内容" },
	{ "Peers", "对端" },
	{ "Region", "地区" },
	{ "Revision", "修订" },
	{ "Root", "根" },
	{ "Rule", "规则" },
	{ "Series", "系列" },
	{ "Serve this folder with any web server and give its address as "
	  "--upstream.",
	  "用任何网页服务器提供这个文件夹，把它的网址作为 --upstream。" },
	{ "Size", "大小" },
	{ "Speed", "速度" },
	{ "State", "状态" },
	{ "Summary", "简介" },
	{ "The clock is not set; dates shown may be wrong.",
	  "时钟没有校准，显示的日期可能有误。" },
	{ "The data directory is --dir, else $XIANGTU_DIR, else "
	  "/var/lib/xiangtu (root) or ~/.local/share/xiangtu.",
	  "数据目录由 --dir 指定，其次是 $XIANGTU_DIR，再次是 /var/lib/xiangt"
	  "u（root 用户）或 ~/.local/share/xiangtu。" },
	{ "The log is whole", "日志完整" },
	{ "The office enrols this node by its code:",
	  "主管单位凭这个代码登记本节点：" },
	{ "The root's fingerprint; compare it with the county's, by "
	  "telephone or on paper:",
	  "根指纹；请打电话或对照纸面，与县里的核对：" },
	{ "They are fetched again when a source is near.",
	  "附近有来源时会重新获取。" },
	{ "This directory belongs to this machine now.",
	  "这个目录现在归本机使用。" },
	{ "This directory has an identity of its own now; keys to publish "
	  "with are put aside as *.copied.",
	  "这个目录现在有了自己的身份；发布用的密钥已改名为 *.copied 另存。" },
	{ "Title", "标题" },
	{ "Topic", "主题" },
	{ "Trouble", "问题" },
	{ "Trust note", "信任书" },
	{ "UDP port of announcements (7433)", "广播所用的 UDP 端口（7433）" },
	{ "Upstream", "上级" },
	{ "Usage", "用法" },
	{ "WARNING: a log has forked; tell the office: see 'xiangtu status "
	  "--json', evidence.",
	  "警告：有日志分叉，请告知主管单位；证据见 xiangtu status --json 的 "
	  "evidence。" },
	{ "WARNING: another machine speaks with this node's key, at",
	  "警告：另一台机器在用本节点的密钥，地址" },
	{ "Way", "方式" },
	{ "Why", "原因" },
	{ "Written", "已写入" },
	{ "a group it belongs to (repeatable)", "所属分组（可重复）" },
	{ "a node nearby that no announcement reaches (repeatable)",
	  "附近收不到广播的节点（可重复）" },
	{ "a node one level up (repeatable)", "上级节点（可重复）" },
	{ "announce this node on the LAN (on)",
	  "是否在局域网内广播本节点（on）" },
	{ "another name than its own", "另起名称，不用它自报的" },
	{ "answer as JSON, for scripts", "以 JSON 输出，供脚本使用" },
	{ "at most so many (1000)", "最多列出多少个（1000）" },
	{ "audit a C2SP log: signature, every tile, every entry",
	  "审计 C2SP 日志：签名、每个哈希块、每个条目" },
	{ "away", "联系不上" },
	{ "bundles", "个条目包" },
	{ "choose what is fetched by itself", "选择自动获取哪些课件" },
	{ "code", "代码" },
	{ "copy its files there when it is here", "完成后把文件复制到那里" },
	{ "copying", "正在复制" },
	{ "copying and hashing", "正在复制并计算哈希" },
	{ "county", "县" },
	{ "county, township or station",
	  "级别：county（县）、township（乡镇）或 station（站点）" },
	{ "days ago", "天前" },
	{ "do not look into the video (no poster, no length)",
	  "不分析视频（没有封面和时长）" },
	{ "do not want a lesson, and delete its files here",
	  "不要这个课件，并删除本机上的文件" },
	{ "done", "完成" },
	{ "dropped", "已丢弃" },
	{ "dropped here", "本节点已丢弃" },
	{ "ended", "已注销" },
	{ "enrol a station by the code it shows", "凭站点显示的代码登记站点" },
	{ "enrolled", "已登记" },
	{ "entries", "个条目" },
	{ "entries are missing here", "本机缺少条目" },
	{ "excluded by a subscription", "订阅规则排除" },
	{ "exporting", "正在导出" },
	{ "fetch", "获取" },
	{ "fetch a lesson now and wait until it is here",
	  "立即获取课件，等到完成为止" },
	{ "fetching", "获取中" },
	{ "file(s)", "个文件" },
	{ "flushing to disk", "正在写入磁盘" },
	{ "for a place below", "面向下级地区" },
	{ "for this place", "面向本地" },
	{ "for this region", "面向这个地区" },
	{ "for whom (this node's region)", "面向哪个地区（本节点的地区）" },
	{ "go on showing it", "持续显示" },
	{ "h ago", "小时前" },
	{ "hashing", "正在校验" },
	{ "heard of", "只听说过" },
	{ "held", "已存" },
	{ "how often a static mirror is looked at (30)",
	  "每隔多少秒查看一次静态镜像（30）" },
	{ "how others reach this node", "其他节点访问本节点的网址" },
	{ "how this node is", "查看本节点的状况" },
	{ "http", "网页下载" },
	{ "initials of the title, where the made ones are wrong",
	  "标题的拼音首字母（自动生成有误时填写）" },
	{ "it takes the place of this lesson", "用来替换这个课件" },
	{ "its language (zh-CN)", "语言（zh-CN）" },
	{ "its number in the series", "在系列中的序号" },
	{ "its region code, 2 to 12 digits", "行政区划代码，2 至 12 位数字" },
	{ "its title", "标题" },
	{ "its topic, like 产业/养殖/黑山羊", "主题，例如 产业/养殖/黑山羊" },
	{ "join with this file", "用这个文件加入" },
	{ "just now", "刚才" },
	{ "known", "已知" },
	{ "known, wanted, fetching, held, refused or withdrawn",
	  "known（已知）、wanted（待取）、fetching（获取中）、held（已存）、r"
	  "efused（被拒）或 withdrawn（已撤回）" },
	{ "lesson(s)", "个课件" },
	{ "list lessons, or find them by words, initials or topic",
	  "列出课件，或按字词、拼音首字母、主题查找" },
	{ "log(s)", "个日志" },
	{ "looking", "正在查看" },
	{ "make a node in the data directory", "在数据目录中建立节点" },
	{ "min ago", "分钟前" },
	{ "moving the index to the front", "正在把索引移到开头" },
	{ "name of a county's own log", "县级自己的日志名称" },
	{ "never", "从不" },
	{ "never fetch these by themselves", "这些绝不自动获取" },
	{ "no longer pinned", "已取消保留" },
	{ "not for this place", "不面向本地" },
	{ "ok", "正常" },
	{ "only catalog, posters and torrent files",
	  "只要目录、封面和种子文件" },
	{ "only for this region", "只看这个地区" },
	{ "only this topic and what is below it", "只看这个主题及其下级主题" },
	{ "our own", "本节点的" },
	{ "pieces", "个分片" },
	{ "pinned", "已设为保留" },
	{ "pinned here", "本节点要求保留" },
	{ "publish a lesson under this node's name", "以本节点的名义发布课件" },
	{ "published", "已发布" },
	{ "read what is held again; what is damaged is repaired",
	  "重新校验已存的课件，损坏的会修复" },
	{ "refuse to join unless the root has these words",
	  "根指纹不是这些字就拒绝加入" },
	{ "refused", "被拒" },
	{ "retire a station", "注销站点" },
	{ "retired", "已注销" },
	{ "run the node until it is stopped", "运行节点，直到停止" },
	{ "salvage", "校验已有部分" },
	{ "show all about one lesson", "显示一个课件的全部信息" },
	{ "station", "站点" },
	{ "subscribed", "已订阅" },
	{ "swarm", "多点传输" },
	{ "take a lesson back, everywhere", "撤回课件，各处一并生效" },
	{ "take rule N out", "删除第 N 条规则" },
	{ "take the pin out again", "取消保留" },
	{ "taking a picture", "正在截取封面" },
	{ "the log's key", "日志的公钥" },
	{ "the nodes heard nearby", "附近能听到的节点" },
	{ "the series it is part of", "所属的系列" },
	{ "the stations enrolled, and those only heard of",
	  "已登记的站点，以及只是听说过的站点" },
	{ "this directory is a copy: give it an identity of its own",
	  "这个目录是拷贝来的：给它自己的身份" },
	{ "this directory was moved here; the old machine is gone",
	  "这个目录是搬来的，原来的机器不再使用" },
	{ "this topic", "这个主题" },
	{ "tiles", "个哈希块" },
	{ "torrent", "取种子文件" },
	{ "township", "乡镇" },
	{ "verifying", "正在审计" },
	{ "want a lesson, and keep it", "需要这个课件，并一直保留" },
	{ "wanted", "待取" },
	{ "what is arriving, and from where", "正在接收什么，从哪里来" },
	{ "what it is about", "内容简介" },
	{ "what people call this place", "当地的叫法" },
	{ "when it is out of date", "过期日期" },
	{ "when it was made", "制作日期" },
	{ "where BitTorrent peers connect (0.0.0.0:7434)",
	  "BitTorrent 的连接地址（0.0.0.0:7434）" },
	{ "where pages and catalog are served (0.0.0.0:7433)",
	  "网页和目录的服务地址（0.0.0.0:7433）" },
	{ "whom this node believes", "本节点信任谁" },
	{ "why", "原因" },
	{ "withdrawn", "已撤回" },
	{ "write a static mirror that any web server can serve",
	  "写出静态镜像，任何网页服务器都能提供" },
	{ "write what others join with", "写出其他节点加入时所用的文件" },
	{ "xiangtu: lessons made here reach every village, by line, by "
	  "neighbour or by USB drive",
	  "乡土：本地制作的课件送到每个村，走网线、靠邻居或用 U 盘" },
};

/* The first of these that is set decides, as in POSIX. */
static bool is_chinese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != 0)
			return strncmp(value, "zh", 2) == 0;
	}
	return false;
}

static int by_english(const void *key, const void *row)
{
	return strcmp(key, ((const struct translation *)row)->english);
}

const char *tr(const char *english)
{
	const struct translation *found;

	if (!is_chinese())
		return english;
	found = bsearch(english, translations,
			sizeof(translations) / sizeof(*translations),
			sizeof(*translations), by_english);
	return found == NULL ? english : found->chinese;
}

const char *tr_format(const char *english)
{
	return tr(english);
}
