/* Following a log from a source that says anything.
 *
 * There are two histories under one key: they part at PART. A follower that
 * holds the beginning of one is shown notes of either, and for each resource it
 * asks for gets what the input says: the right one, the other history's, one
 * with a byte changed, cut, grown, junk, none.
 *
 * Whatever happens: what it holds is a state the key has signed; it never
 * leaves a history it has been on; it says "forked" only where two histories
 * were shown; and from an honest source it goes on. */
#include "catalog/pack.h"
#include "tests/fuzz/folder.h"
#include "tests/support/logs.h"

enum { PART = 280, STARTS = 5, NOTES = 5, STEPS_MAX = 200 };

static const uint64_t starts[STARTS] = { 0, 256, PART, 300, 700 };
static const uint64_t sizes[NOTES] = { 1, 256, 300, 700, 1700 };

static struct secret_key *key;
static struct intake_options options;
static struct history {
	struct catalog *catalog;
	int64_t log;
	struct buf notes[NOTES];
	uint8_t roots[NOTES][SHA256_SIZE];
} histories[2];
static char templates[STARTS][128], work[128];

static void make_history(struct history *h, char salt, const char *name)
{
	struct err err = ERR_INIT;
	struct log_info info;
	char path[128];

	CHECK(catalog_open(&h->catalog, fuzz_path(name, path), &err) ==
	      STATUS_OK);
	CHECK(log_follow(h->catalog, TEST_ORIGIN, true, &h->log, &err) ==
	      STATUS_OK);
	for (size_t i = 0; i < NOTES; i++) {
		h->notes[i] = (struct buf)BUF_INIT;
		grow(h->catalog, h->log, key, sizes[i] > PART ? salt : 'a',
		     sizes[i]);
		CHECK(log_read_note(h->catalog, h->log, &h->notes[i], &err) ==
		      STATUS_OK);
		CHECK(log_get(h->catalog, h->log, &info, &err) == STATUS_OK);
		memcpy(h->roots[i], info.root, SHA256_SIZE);
		if (sizes[i] == 256) /* the beginning both have */
			grow(h->catalog, h->log, key, 'a', PART);
	}
}

static int64_t open_follower(struct catalog **c, const char *path)
{
	struct err err = ERR_INIT;
	int64_t id;

	CHECK(catalog_open(c, path, &err) == STATUS_OK);
	CHECK(log_follow(*c, TEST_ORIGIN, false, &id, &err) == STATUS_OK);
	return id;
}

/* Followers that took in so much of the first history, honestly; at PART from
 * a publisher that had no more. */
static void make_template(size_t n)
{
	struct history *h = &histories[0], early = { .log = 0 };
	struct source source = { .catalog = h->catalog, .log = h->log };
	struct err err = ERR_INIT;
	struct intake *in;
	struct catalog *c;
	char name[16];
	int64_t log;

	(void)snprintf(name, sizeof(name), "start-%zu", n);
	log = open_follower(&c, fuzz_path(name, templates[n]));
	if (starts[n] == PART) {
		CHECK(catalog_open(&early.catalog, fuzz_path("early", work),
				   &err) == STATUS_OK);
		CHECK(log_follow(early.catalog, TEST_ORIGIN, true, &early.log,
				 &err) == STATUS_OK);
		grow(early.catalog, early.log, key, 'a', PART);
		source.catalog = early.catalog;
		source.log = early.log;
		CHECK(take_in(c, log, &source, &options, &err) == STATUS_OK);
		catalog_free(early.catalog);
	}
	for (size_t i = 0; i < NOTES; i++) {
		if (sizes[i] != starts[n])
			continue;
		CHECK(intake_open(&in, c, log, buf_bytes(&h->notes[i]),
				  &options, &err) == STATUS_OK);
		CHECK(feed(in, &source, 100, &err) == STATUS_OK);
		CHECK(intake_commit(in, &err) == STATUS_OK);
		intake_free(in);
	}
	catalog_free(c);
}

void fuzz_begin(void)
{
	key = test_key(1);
	options = (struct intake_options){ .keys = secret_key_public(key),
					   .key_count = 1,
					   .now_s = 1234 };
	make_history(&histories[0], 'a', "one");
	make_history(&histories[1], 'b', "two");
	for (size_t i = 0; i < STARTS; i++)
		make_template(i);
	(void)fuzz_path("node.db", work);
}

/* --- one run --- */

struct follower {
	struct catalog *catalog;
	int64_t log;
	bool shown[2]; /* notes of which history, beyond PART */
};

static struct log_info info_of(const struct follower *f)
{
	struct err err = ERR_INIT;
	struct log_info info;

	CHECK(log_get(f->catalog, f->log, &info, &err) == STATUS_OK);
	return info;
}

static bool is_on(const struct log_info *info, size_t history)
{
	uint8_t root[SHA256_SIZE];
	struct err err = ERR_INIT;

	CHECK(log_root_at(histories[history].catalog, histories[history].log,
			  info->size, root, &err) == STATUS_OK);
	return memcmp(root, info->root, sizeof(root)) == 0;
}

static void change(struct fuzz_reader *r, unsigned what, struct buf *body)
{
	size_t at = fuzz_u8(r);
	struct buf packed = BUF_INIT;

	at = body->size == 0 ? 0 : (at << 8 | fuzz_u8(r)) % body->size;
	switch (what) {
	case 2:
		if (body->size > 0)
			body->data[at] ^= (uint8_t)(1 + fuzz_u8(r) % 255);
		break;
	case 3:
		buf_cut(body, at);
		break;
	case 4:
		buf_put_bytes(body, fuzz_run(r, fuzz_u8(r)));
		break;
	case 5:
		buf_clear(body);
		buf_put_bytes(body, fuzz_run(r, fuzz_u8(r)));
		break;
	case 6:
		CHECK(pack_compress(buf_bytes(body), 1, &packed) == STATUS_OK);
		buf_clear(body);
		buf_put_bytes(body, buf_bytes(&packed));
		break;
	}
	buf_release(&packed);
}

/* Answer one want. False when the source gives up. */
static bool answer(struct fuzz_reader *r, struct intake *in,
		   const struct intake_want *want, size_t history,
		   struct err *err)
{
	uint8_t word = fuzz_u8(r);
	unsigned what = word % 10;
	struct source source = { .ranges = (word & 0x40) != 0,
				 .no_partials = (word & 0x80) != 0 };
	struct buf body = BUF_INIT;
	uint64_t from = 0;
	bool zstd = false;
	enum status status;

	if (what == 1)
		history = 1 - history;
	source.catalog = histories[history].catalog;
	source.log = histories[history].log;
	if (what == 7) {
		(void)intake_missing(in, want);
		return true;
	}
	if (what == 8) {
		intake_return(in, want);
		return fuzz_u8(r) % 4 != 0;
	}
	status = source_get(&source, want, &body, &from, &zstd);
	if (status == STATUS_NOT_FOUND) {
		status = intake_missing(in, want);
	} else {
		change(r, what, &body);
		if (what == 6) /* the whole, and coded, it says */
			from = 0;
		if (what == 9) /* this or that, it says */
			from = fuzz_u8(r) % 4 == 0 ? from + 1 :
			       (word & 0x20) != 0  ? from :
						     0;
		status = intake_supply(in, want, buf_bytes(&body), from,
				       zstd || what == 6 ||
					       (what == 9 &&
						fuzz_u8(r) % 2 != 0),
				       err);
	}
	buf_release(&body);
	return status != STATUS_FORKED;
}

static void drive(struct fuzz_reader *r, struct intake *in, size_t history)
{
	struct err err = ERR_INIT;
	struct intake_want want;
	unsigned steps = 0;

	while (!intake_done(in) && r->left > 0 && steps++ < STEPS_MAX) {
		if (intake_next(in, &want, &err) != STATUS_OK)
			break;
		if (!answer(r, in, &want, history, &err))
			break;
	}
	if (intake_done(in))
		(void)intake_commit(in, &err);
}

static void check_follower(const struct follower *f,
			   const struct log_info *before)
{
	struct log_info now = info_of(f);
	bool on[2] = { is_on(&now, 0), is_on(&now, 1) };

	CHECK(now.size >= before->size);
	CHECK(on[0] || on[1]);
	for (size_t i = 0; i < 2; i++)
		if (is_on(before, i) && !is_on(before, 1 - i))
			CHECK(on[i]);
	if (now.forked)
		CHECK((f->shown[0] && f->shown[1]) || before->size > PART);
	if (now.forked && before->size > PART)
		CHECK(f->shown[is_on(before, 0) ? 1 : 0] || f->shown[0] == f->shown[1]);
}

/* Show one note and answer what is asked. */
static void show(struct fuzz_reader *r, struct follower *f)
{
	uint8_t word = fuzz_u8(r);
	size_t history = (word & 0x80) != 0;
	size_t n = (size_t)(word & 0x7f) % (NOTES + 1);
	struct log_info before = info_of(f);
	struct err err = ERR_INIT;
	struct intake *in;
	struct bytes note;

	if (n == NOTES) {
		note = fuzz_run(r, fuzz_u8(r));
	} else {
		note = buf_bytes(&histories[history].notes[n]);
		if (sizes[n] > PART)
			f->shown[history] = true;
	}
	if (intake_open(&in, f->catalog, f->log, note, &options, &err) ==
	    STATUS_OK) {
		drive(r, in, history);
		intake_free(in);
	}
	check_follower(f, &before);
}

/* An honest source, at the end. */
static void recover(struct follower *f)
{
	struct log_info info = info_of(f), now;
	size_t history = is_on(&info, 0) ? 0 : 1;
	struct source source = { .catalog = histories[history].catalog,
				 .log = histories[history].log };
	struct err err = ERR_INIT;
	enum status status;

	if (info.forked)
		return;
	status = take_in(f->catalog, f->log, &source, &options, &err);
	CHECK(status == STATUS_OK ||
	      (status == STATUS_OLD && info.size == sizes[NOTES - 1]) ||
	      /* It was shown two histories, and now says so. */
	      (status == STATUS_FORKED && f->shown[0] && f->shown[1]));
	now = info_of(f);
	if (status == STATUS_OK)
		CHECK(now.size == sizes[NOTES - 1] &&
		      logs_equal(source.catalog, source.log, f->catalog,
				 f->log));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	size_t start = fuzz_u8(&r) % STARTS;
	struct follower f = { .shown = { starts[start] > PART, false } };

	fuzz_copy(templates[start], work);
	f.log = open_follower(&f.catalog, work);
	for (unsigned shows = 0; shows < 4 && r.left > 0; shows++)
		show(&r, &f);
	recover(&f);
	catalog_free(f.catalog);
	return 0;
}

void fuzz_seeds(void)
{
	/* From each start: the longest note, answered honestly; then with one
	 * lie of each kind. */
	for (uint8_t start = 0; start < STARTS; start++) {
		uint8_t honest[40] = { start, NOTES - 1 };

		fuzz_seed(honest, sizeof(honest));
	}
	for (uint8_t what = 1; what < 10; what++) {
		uint8_t lie[48] = { (uint8_t)(what % STARTS), NOTES - 1, 0,
				    what, 1, 2, 3 };

		fuzz_seed(lie, sizeof(lie));
		lie[1] |= 0x80;
		fuzz_seed(lie, sizeof(lie));
	}
	/* The second history whole, then the first. */
	uint8_t both[80] = { 0, 0x80 | (NOTES - 1) };

	fuzz_seed(both, sizeof(both));
}
