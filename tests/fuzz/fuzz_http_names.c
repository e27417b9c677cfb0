/* Host and Origin headers, a zero byte between them: whatever a page of
 * somebody else's name sends, it is not taken for one of ours. */
#include "node/http_names.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	struct bytes first = fuzz_until_zero(&r);
	char *host = fuzz_string(first.data, first.size);
	char *origin = fuzz_string(r.next, r.left);
	struct http_names names = { .count = 0 };
	char *rebound;

	(void)http_names_add(&names, "lessons.zixing.example");
	(void)http_names_judge(&names, host);
	(void)http_names_same_origin(origin, host);
	/* The same below a name that somebody owns. */
	rebound = malloc(strlen(host) + 32);
	CHECK(rebound != NULL);
	strcat(strcpy(rebound, host), ".attacker.example");
	CHECK(http_names_judge(&names, rebound) != HTTP_NAME_OURS);
	if (http_names_add(&names, host) == STATUS_OK)
		CHECK(http_names_judge(&names, host) == HTTP_NAME_OURS);
	free(rebound);
	free(host);
	free(origin);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed("10.0.0.1:7433\0http://10.0.0.1:7433", 34);
	fuzz_seed_text("[fe80::1%25eth0]:7433");
	fuzz_seed_text("lessons.zixing.example");
	fuzz_seed_text("LOCALHOST.:80");
	fuzz_seed_text("box.local");
}
