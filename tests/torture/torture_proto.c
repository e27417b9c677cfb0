/* Every allocation of proto fails once. */
#include <string.h>

#include "proto/bytes.h"
#include "proto/encoding.h"
#include "proto/text.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"

/* Each kind of append, forty times: the buffer grows in the middle of each. */
static void append_all(struct buf *b)
{
	uint8_t *at;

	buf_puts(b, "text");
	buf_put(b, "bytes", 5);
	buf_put_bytes(b, bytes_of("run"));
	buf_printf(b, "%s %d", "formatted and longer than the others", 12);
	buf_put_u8(b, 1);
	buf_put_u16(b, 2);
	buf_put_u32(b, 3);
	buf_put_u64(b, 4);
	buf_put_base64(b, bytes_of("encoded"));
	buf_put_column(b, "乡土", 9);
	at = buf_reserve(b, 3);
	if (at != NULL) {
		memcpy(at, "xyz", 3);
		buf_grew(b, 3);
	}
}

static enum status a_buffer_grows(void *context, bool *tolerated)
{
	struct buf b = BUF_INIT;
	enum status status;

	(void)context;
	(void)tolerated;
	for (int i = 0; i < 40; i++)
		append_all(&b);
	CHECK(buf_string(&b)[b.size] == 0);
	status = buf_status(&b);
	CHECK((status != STATUS_OK) == faults_hit());
	buf_clear(&b);
	CHECK(buf_status(&b) == STATUS_OK);
	buf_release(&b);
	return status;
}

static enum status a_failed_append_leaves_what_was_there(void *context,
							 bool *tolerated)
{
	char large[500];
	struct buf b = BUF_INIT;
	enum status status;

	(void)context;
	(void)tolerated;
	memset(large, 'x', sizeof(large));
	buf_puts(&b, "kept");
	if (buf_status(&b) == STATUS_OK) {
		buf_put(&b, large, sizeof(large));
		CHECK(b.size == (faults_hit() ? 4 : 504));
		CHECK(strncmp(buf_string(&b), "kept", 4) == 0);
	} else {
		CHECK(b.size == 0 && strcmp(buf_string(&b), "") == 0);
	}
	status = buf_status(&b);
	buf_release(&b);
	return status;
}

static void sizes_beyond_memory_fail_without_asking_for_it(void)
{
	struct buf b = BUF_INIT;

	faults_fail_at(0, false);
	CHECK(buf_reserve(&b, SIZE_MAX) == NULL);
	CHECK(buf_reserve(&b, SIZE_MAX / 2) == NULL);
	CHECK(faults_count() == 0 && buf_status(&b) == STATUS_NO_MEMORY);
	buf_release(&b);
}

int main(void)
{
	CHECK(faults_torture("a buffer grows", a_buffer_grows, NULL,
			     STATUS_NO_MEMORY) > 5);
	CHECK(faults_torture("a failed append",
			     a_failed_append_leaves_what_was_there, NULL,
			     STATUS_NO_MEMORY) == 2);
	sizes_beyond_memory_fail_without_asking_for_it();
	CHECK(faults_live() == 0);
	return 0;
}
