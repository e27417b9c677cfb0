/* node.conf, with the rules of the uplink and prefixes of networks in it. What
 * reads is written again and reads the same. */
#include "node/conf.h"
#include "node/interfaces.h"
#include "tests/fuzz/fuzz.h"

static void rule(const char *text)
{
	char once[BUDGET_RULE_ROOM], twice[BUDGET_RULE_ROOM];
	struct budget_rule read, again;
	struct err err = ERR_INIT;

	if (budget_rule_parse(text, &read, &err) != STATUS_OK)
		return;
	budget_rule_format(&read, once);
	CHECK(budget_rule_parse(once, &again, &err) == STATUS_OK);
	CHECK(read.days == again.days && read.from_min == again.from_min &&
	      read.to_min == again.to_min && read.rate[0] == again.rate[0] &&
	      read.rate[1] == again.rate[1]);
	budget_rule_format(&again, twice);
	CHECK(strcmp(once, twice) == 0);
}

/* When it opens: the first minute that lets something through. */
static void ask_plan(const struct budget_plan *plan)
{
	struct budget_time now = { .known = true, .weekday = 3,
				   .minute = 617 },
			   when;

	for (int way = 0; way < 2; way++) {
		if (budget_rate(plan, &now, way) > 0)
			continue;
		if (budget_opens(plan, &now, way, &when)) {
			CHECK(when.weekday < 7 && when.minute < 24 * 60);
			CHECK(plan->lan_only ||
			      budget_rate(plan, &when, way) > 0);
		}
	}
}

static void address(const char *text)
{
	struct interfaces list = { .count = 0 };
	char again[IPV4_TEXT_SIZE];
	uint32_t ip;

	if (ipv4_parse(text, &ip) == STATUS_OK) {
		ipv4_format(ip, again);
		CHECK(strcmp(text, again) == 0);
	}
	if (interfaces_add_prefix(&list, text) == STATUS_OK)
		CHECK(list.prefix_count == 1 && list.prefixes[0].prefix <= 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct buf once = BUF_INIT, twice = BUF_INIT;
	static struct conf conf, second;
	struct err err = ERR_INIT;

	if (conf_parse(&conf, text, &err) == STATUS_OK) {
		conf_format(&conf, &once);
		CHECK(conf_parse(&second, buf_string(&once), &err) ==
		      STATUS_OK);
		conf_format(&second, &twice);
		CHECK(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
		ask_plan(&conf.plan);
	} else {
		CHECK(err.text[0] != 0);
	}
	rule(text);
	address(text);
	buf_release(&once);
	buf_release(&twice);
	free(text);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("# a county\nname = 资兴市\nlevel = county\n"
		       "region = 431081\norigin = zixing.example/431081/lessons"
		       "\nhttp = 0.0.0.0:7433\nswarm = 0.0.0.0:7434\n"
		       "url = http://10.0.0.1:7433\n"
		       "upstream = http://10.0.0.2:7433\n"
		       "neighbour = http://10.0.0.3:7433\n"
		       "lan = 192.168.5.0/24\nannounce = on\n"
		       "announce-port = 7000\nquota = 200G\nfloor = 2G\n"
		       "scrub = 30d\n"
		       "limit = mon-fri 08:00-18:00 down 2M up 500K\n"
		       "limit = * 00:00-24:00 down max up 0\ncap = 20G\n"
		       "cap-reserve = 2G\nlan-only = no\n");
	fuzz_seed_text("sat,sun-tue 22:30-06:00 down 1500 up max");
	fuzz_seed_text("10.20.0.0/16");
	fuzz_seed_text("192.0.2.255");
	fuzz_seed_text("");
}
