/* Keys typed in again from a sheet of paper: the lines, what they say, and what
 * is in the boxes. The key that opens is made only where that costs nothing. */
#include "signing/backup.h"
#include "signing/paper.h"
#include "tests/fuzz/keys.h"

enum { KIB_CHEAP = 64, PASSES_CHEAP = 2 };

void fuzz_begin(void)
{
	CHECK(signing_init() == STATUS_OK);
}

/* What is read from paper is printed to read the same; some zeros behind. */
static void lines(struct bytes text)
{
	struct buf data = BUF_INIT, printed = BUF_INIT, again = BUF_INIT;
	unsigned line = 0;

	if (paper_read(text, &data, &line) == STATUS_OK) {
		CHECK(paper_put(buf_bytes(&data), &printed) == STATUS_OK);
		CHECK(paper_read(buf_bytes(&printed), &again, &line) ==
		      STATUS_OK);
		CHECK(again.size >= data.size &&
		      memcmp(again.data, data.data, data.size) == 0);
	} else {
		CHECK(line <= PAPER_LINES_MAX);
	}
	buf_release(&data);
	buf_release(&printed);
	buf_release(&again);
}

static void open_boxes(const struct backup *b)
{
	uint8_t key[KEYBOX_KEY_SIZE];

	for (unsigned i = 0; i < b->box_count; i++) {
		struct backup_keys keys = { .publisher = NULL };

		if (b->boxes[i].kib > KIB_CHEAP ||
		    b->boxes[i].passes > PASSES_CHEAP)
			continue;
		CHECK(backup_derive(b, i, bytes_of("p"), key) == STATUS_OK);
		if (backup_open(b, i, key, &keys) == STATUS_OK)
			CHECK(backup_keys_held(&keys) == b->boxes[i].holds);
		backup_keys_release(&keys);
	}
}

static void read_backup(struct bytes text)
{
	static struct backup backup, second;
	struct buf printed = BUF_INIT, again = BUF_INIT;
	unsigned line = 0;

	if (backup_parse(text, &backup, &line) != STATUS_OK)
		return;
	CHECK(backup.box_count <= BACKUP_BOXES_MAX);
	CHECK(backup_format(&backup, &printed) == STATUS_OK);
	CHECK(backup_parse(buf_bytes(&printed), &second, &line) == STATUS_OK);
	CHECK(backup_format(&second, &again) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&printed), buf_bytes(&again)));
	open_boxes(&backup);
	buf_release(&printed);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = { data, size };
	struct buf printed = BUF_INIT;

	lines(input);
	read_backup(input);
	/* As what is on the lines: behind the checks of each. */
	if (paper_put(input, &printed) == STATUS_OK)
		read_backup(buf_bytes(&printed));
	buf_release(&printed);
	return 0;
}

void fuzz_seeds(void)
{
	struct backup_keys keys = { .publisher = NULL };
	static struct backup b;
	struct buf text = BUF_INIT, inner = BUF_INIT;
	unsigned line;

	keys.publisher = fuzz_key("a.example/x", KEY_ED25519, 1);
	keys.ack = fuzz_key("ack", KEY_COSIGNER, 2);
	b.level = LEVEL_COUNTY;
	strcpy(b.name, "资兴市");
	strcpy(b.region, "431081");
	strcpy(b.origin, "a.example/x");
	CHECK(backup_close(&b, &keys, bytes_of("p"), 1, KEYBOX_KIB_MIN) ==
	      STATUS_OK);
	CHECK(backup_format(&b, &text) == STATUS_OK);
	fuzz_seed(text.data, text.size);
	CHECK(paper_read(buf_bytes(&text), &inner, &line) == STATUS_OK);
	fuzz_seed_buf(&inner);
	buf_release(&text);
	backup_keys_release(&keys);
}
