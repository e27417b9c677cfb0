/* Words in tables, in Chinese. Pure. */
#include <string.h>

#include "catalog/tables.h"

const char *table_word(const char *word, bool chinese)
{
	static const char *const words[][2] = {
		{ "reached", "达标" },	      { "below", "未达标" },
		{ "zero", "零" },	      { "silent", "没有消息" },
		{ "two-screens", "两个屏幕" }, { "empty-room", "可能空放" },
		{ "clock-jump", "钟点跳动" },  { "replay", "重复上报" },
		{ "interrupted", "断过电" },   { "by-hand", "手工登记" },
		{ "clock-unverified", "时间未核实" },
		{ "forked", "记录有分叉" },      { "tv", "电视" },
		{ "phone", "手机" },	      { "good", "完好" },
		{ "broken", "损坏" },	      { "lent", "借出" },
		{ "gone", "丢失或报废" },	      { "box", "机顶盒或电脑" },
		{ "network", "网络" },	      { "power", "供电" },
		{ "disk", "硬盘" },	      { "other", "其他" },
		{ "satellite", "卫星节目" },       { "disc", "光盘" },
		{ "teacher", "请人讲课" },	      { "yes", "是" },
		{ "no", "否" },
		{ "ok", "正常" },
		{ "failing", "将坏" },
		{ "unknown", "不详" },
		{ "full", "已满" },
		{ "disk-failing", "硬盘将坏" },
	};

	for (size_t i = 0; chinese && i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i][0], word) == 0)
			return words[i][1];
	return word;
}
