#include "tests/sim/placenames.h"

#include <stdio.h>

static const char *const counties[] = {
	"资兴市", "桂阳县", "宜章县", "永兴县", "嘉禾县", "临武县", "汝城县",
	"桂东县", "安仁县", "苏仙区", "北湖区", "耒阳市", "常宁市", "衡南县",
	"祁东县", "攸县",   "茶陵县", "炎陵县", "醴陵市", "湘乡市", "双峰县",
	"新化县", "涟源市", "洞口县", "武冈市", "绥宁县", "城步县", "隆回县",
	"邵东市", "道县",   "江华县", "蓝山县", "宁远县", "新田县", "祁阳市",
	"东安县", "双牌县", "通道县", "靖州县", "会同县", "洪江市", "芷江县",
	"溆浦县", "辰溪县", "沅陵县", "凤凰县", "花垣县", "保靖县", "永顺县",
	"龙山县", "桑植县", "慈利县", "石门县", "澧县",   "临澧县", "桃源县",
	"汉寿县", "安乡县", "华容县", "平江县", "汨罗市", "湘阴县", "沅江市",
	"南县",   "桃江县", "安化县", "浏阳市", "宁乡市",
};
static const char *const townships[] = {
	"兴宁镇", "唐洞街道", "东江街道", "三都镇",   "蓼江镇", "滁口镇",
	"白廊镇", "黄草镇",   "汤溪镇",   "清江镇",   "州门司镇", "回龙山乡",
	"八面山乡", "团结乡", "波水乡",   "龙溪乡",   "连坪乡",   "皮石乡",
	"青市乡", "彭市乡",   "七里镇",   "旧市乡",   "高码乡",   "木根桥镇",
	"何家山乡", "坪石乡", "烟坪乡",   "青腰镇",   "碑记乡",   "香花镇",
};
static const char *const first[] = {
	"联", "新", "大", "石", "白", "黄", "龙", "清", "上", "下", "高", "长",
	"双", "金", "茶", "竹", "水", "枫", "杨", "沙", "青", "横", "岩", "樟",
};
static const char *const second[] = {
	"坪", "塘", "冲", "岭", "江", "田", "溪", "湾", "桥", "头", "垅", "井",
	"洞", "源", "背", "木", "山", "家",
};
static const char *const topics[] = {
	"产业/养殖/黑山羊", "产业/养殖/东江鱼", "产业/种植/甜玉米",
	"产业/种植/杂交制种", "产业/种植/狗脑贡茶", "产业/果树/东江果",
	"政策", "健康", "文艺",
};
static const char *const subjects[] = {
	"黑山羊春季防疫", "网箱养殖罗非鱼", "甜玉米育苗",   "杂交制种田间管理",
	"狗脑贡茶采摘",   "东江果修剪",     "惠农政策问答", "高血压日常管理",
	"花鼓戏《刘海砍樵》",
};
enum {
	N_COUNTIES = sizeof(counties) / sizeof(*counties),
	N_TOWNSHIPS = sizeof(townships) / sizeof(*townships),
	N_FIRST = sizeof(first) / sizeof(*first),
	N_SECOND = sizeof(second) / sizeof(*second),
	N_TOPICS = sizeof(topics) / sizeof(*topics)
};

void county_called(uint32_t n, char *name, size_t size,
		   char region[REGION_MAX + 1])
{
	(void)snprintf(name, size, "%s", counties[n % N_COUNTIES]);
	(void)snprintf(region, REGION_MAX + 1, "43%02u%02u", n % CITIES + 1,
		       (21 + n / CITIES) % 100);
}

void township_called(uint32_t county, uint32_t n, const char *of, char *name,
		     size_t size, char region[REGION_MAX + 1])
{
	(void)snprintf(name, size, "%s",
		       townships[(n + 7 * county) % N_TOWNSHIPS]);
	(void)snprintf(region, REGION_MAX + 1, "%.6s%03u", of,
		       (n + 101) % 1000);
}

void village_called(uint32_t n, uint32_t salt, char *name, size_t size)
{
	uint32_t mixed = n * 7 + salt * 31;

	(void)snprintf(name, size, "%s%s村", first[mixed % N_FIRST],
		       second[(mixed / 5 + n) % N_SECOND]);
}

const char *topic_called(uint32_t n)
{
	return topics[n % N_TOPICS];
}

void lesson_called(uint32_t n, char *name, size_t size)
{
	(void)snprintf(name, size, "%s（%u）", subjects[n % N_TOPICS],
		       n / N_TOPICS + 1);
}
