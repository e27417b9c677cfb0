#include "node/conf.h"
#include "proto/bytes.h"
#include "tests/support/check.h"

#include <string.h>

static void what_is_written_reads_back_the_same(void)
{
	struct conf conf, back;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT, again = BUF_INIT;

	conf_init(&conf);
	CHECK(conf_set(&conf, "name", "资兴市", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "level", "county", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "region", "431081", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "upstream", "http://a:1/", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "upstream", "http://b:2/mirror", &err) ==
	      STATUS_OK);
	CHECK(conf_set(&conf, "host", "Lessons.example", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "swarm-peers", "known", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "pages", "everywhere", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "norm", "300", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "norm", "0", &err) == STATUS_MALFORMED);
	CHECK(conf_set(&conf, "norm", "44641", &err) == STATUS_MALFORMED);
	CHECK(conf_set(&conf, "norm", "4 h", &err) == STATUS_MALFORMED);
	CHECK(conf_set(&conf, "approval", "yes", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "approval", "no thanks", &err) ==
	      STATUS_MALFORMED);
	err = (struct err)ERR_INIT;
	CHECK(conf_set(&conf, "host", "zixing.example", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "lan", "192.168.5.0/24", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "lan", "255.255.255.255/32", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "announce", "off", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "announce-port", "9000", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "limit", "fri-mon 22:00-06:00 down 1G up 2M",
		       &err) == STATUS_OK);
	CHECK(conf_set(&conf, "limit", "* 00:00-24:00 down 500K", &err) ==
	      STATUS_OK);
	CHECK(conf_set(&conf, "cap", "20G", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "cap-reserve", "1500M", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "lan-only", "yes", &err) == STATUS_OK);
	CHECK(strcmp(conf_rendition(&conf), "all") == 0); /* of a county */
	CHECK(conf_set(&conf, "rendition", "480p", &err) == STATUS_OK);
	CHECK(strcmp(conf_rendition(&conf), "480p") == 0);
	CHECK(conf_set(&conf, "make-rendition", "480p", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "make-rendition", "720p", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "make-rendition", "480p", &err) == STATUS_OK);
	CHECK(conf.make.count == 2 && conf.make.lines[1] == 720);
	CHECK(conf.quota == 0 && !conf.has_floor &&
	      conf.scrub_s == CONF_SCRUB_S);
	CHECK(conf_set(&conf, "quota", "200G", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "floor", "0", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "scrub", "36h", &err) == STATUS_OK);
	CHECK(conf.study_keep_months == CONF_STUDY_KEEP);
	CHECK(conf_set(&conf, "study-keep", "36", &err) == STATUS_OK);
	CHECK(conf.records_keep == 36);
	CHECK(conf_set(&conf, "records-keep", "24", &err) == STATUS_OK);
	CHECK(conf_set(&conf, "records-keep", "0", &err) == STATUS_MALFORMED);
	err = (struct err)ERR_INIT;
	conf_format(&conf, &text);
	CHECK(conf_parse(&back, buf_string(&text), &err) == STATUS_OK);
	CHECK(strcmp(back.upstream[0], "http://a:1") == 0);
	CHECK(back.upstreams == 2 && !back.announce);
	CHECK(back.swarm_known && back.pages_everywhere && back.approval);
	CHECK(back.norm_min == 300);
	CHECK(back.hosts.count == 2 &&
	      strcmp(back.hosts.list[0], "lessons.example") == 0);
	CHECK(back.quota == UINT64_C(200) << 30);
	CHECK(back.has_floor && back.floor == 0);
	CHECK(back.scrub_s == 36 * 3600);
	CHECK(back.study_keep_months == 36);
	CHECK(back.records_keep == 24);
	CHECK(back.lans == 2 && strcmp(back.lan[0], "192.168.5.0/24") == 0);
	CHECK(back.plan.count == 2 && back.plan.lan_only);
	CHECK(back.plan.cap == UINT64_C(20) << 30 &&
	      back.plan.reserve == UINT64_C(1500) << 20);
	CHECK(back.plan.rules[0].days == 0x71 &&
	      back.plan.rules[0].rate[BUDGET_UP] == 250000);
	conf_format(&back, &again);
	CHECK(strcmp(buf_string(&text), buf_string(&again)) == 0);
	buf_release(&text);
	buf_release(&again);
}

static void without_a_name_or_region_it_reads_back_too(void)
{
	struct err err = ERR_INIT;
	struct conf conf, back;
	struct buf text = BUF_INIT;

	CHECK(conf_parse(&conf, "", &err) == STATUS_OK);
	conf_format(&conf, &text);
	CHECK(conf_parse(&back, buf_string(&text), &err) == STATUS_OK);
	CHECK(back.name[0] == 0 && back.region[0] == 0);
	buf_release(&text);
}

static void a_mistake_is_named_with_its_line(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "# hello\n\nnmae = x\n", "node.conf line 3: 'nmae'" },
		{ "region = 43108\n", "line 1: region: '43108'" },
		{ "http = 7433\n", "line 1: http:" },
		{ "http = 1.2.3.4:99999\n", "line 1: http:" },
		{ "url = ftp://x\n", "line 1: url:" },
		{ "name\n", "line 1: 'name': no '='" },
		{ "announce = maybe\n", "line 1: announce:" },
		{ "origin = a+b\n", "line 1: origin:" },
		{ "lan = 192.168.5.1\n", "line 1: lan:" },
		{ "host = a.example:80\n", "line 1: host: 'a.example:80'" },
		{ "pages = yes\n", "line 1: pages: lan or everywhere" },
		{ "swarm-peers = yes\n", "line 1: swarm-peers: any or known" },
		{ "host = *\n", "line 1: host:" },
		{ "quota = many\n", "line 1: quota:" },
		{ "quota = 0\n", "line 1: quota:" },
		{ "floor = 5GB\n", "line 1: floor:" },
		{ "scrub = 30\n", "line 1: scrub:" },
		{ "study-keep = 0\n", "line 1: study-keep:" },
		{ "study-keep = ever\n", "line 1: study-keep:" },
		{ "scrub = 0d\n", "line 1: scrub:" },
		{ "lan = 10.0.0.0/33\n", "line 1: lan:" },
		{ "limit = mon-fri 8:00-18:00 down 1M\n",
		  "line 1: limit: 'mon-fri 8:00-18:00 down 1M' is no rule: it "
		  "has hours" },
		{ "cap = much\n", "line 1: cap: 'much'" },
		{ "cap = 2G\ncap-reserve = 2G\n", "node.conf: cap-reserve:" },
		{ "lan-only = on\n", "line 1: lan-only: yes or no" },
		{ "rendition = small\n", "line 1: rendition: 'small'" },
		{ "rendition = 48000p\n", "line 1: rendition: '48000p'" },
		{ "make-rendition = all\n", "line 1: 'all' is no rendition" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct conf conf;
		struct err err = ERR_INIT;

		CHECK(conf_parse(&conf, cases[i].text, &err) != STATUS_OK);
		CHECK(strstr(err.text, cases[i].says) != NULL);
	}
}

int main(void)
{
	what_is_written_reads_back_the_same();
	without_a_name_or_region_it_reads_back_too();
	a_mistake_is_named_with_its_line();
	return 0;
}
