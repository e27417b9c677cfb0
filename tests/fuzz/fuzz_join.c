/* Join files. */
#include "node/join.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct join join = JOIN_INIT, second = JOIN_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (join_parse(&join, (struct bytes){ data, size }, &err) !=
	    STATUS_OK) {
		CHECK(err.text[0] != 0 && join.roots == NULL);
		return 0;
	}
	CHECK(join.n_roots >= 1 && join.n_roots <= JOIN_ROOTS_MAX);
	CHECK(join.upstreams <= CONF_UPSTREAMS_MAX);
	CHECK(join_format(&join, &text, &err) == STATUS_OK);
	CHECK(join_parse(&second, buf_bytes(&text), &err) == STATUS_OK);
	CHECK(join.n_roots == second.n_roots &&
	      join.upstreams == second.upstreams);
	for (unsigned i = 0; i < join.n_roots; i++)
		CHECK(bytes_equal(buf_bytes(&join.roots[i]),
				  buf_bytes(&second.roots[i])));
	CHECK(bytes_equal(buf_bytes(&join.trust), buf_bytes(&second.trust)));
	join_release(&join);
	join_release(&second);
	buf_release(&text);
	return 0;
}

void fuzz_seeds(void)
{
	struct join join = JOIN_INIT;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	strcpy(join.upstream[0], "http://10.0.0.1:7433");
	join.upstreams = 1;
	CHECK(join_add_root(&join, bytes_of("root 1\n\n— a b\n")) ==
	      STATUS_OK);
	CHECK(join_add_root(&join, bytes_of("root 2\n")) == STATUS_OK);
	buf_puts(&join.trust, "trust\n");
	CHECK(join_format(&join, &text, &err) == STATUS_OK);
	fuzz_seed_buf(&text);
	join_release(&join);
}
