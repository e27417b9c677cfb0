#include "node/payload_reuse.h"

#include "node/payload.h"
#include "node/torrentfile.h"
#include "tests/support/make.h"

enum { K = 1024 };

/* What one side of a test has: files below top/<name>/n and their torrent. */
struct side {
	char dir[128];
	struct torrentfile *tf;
};

static const char *const paths[] = { "a.mp4", "b.pdf", "s/c", NULL };

static struct scratch scratch;

/* scratch_path() forgets. */
static const char *keep(const char *path)
{
	static char kept[4096];

	(void)snprintf(kept, sizeof(kept), "%s", path);
	return kept;
}

static void write_file(const char *dir, const char *path, size_t size,
		       uint64_t seed)
{
	char full[256];

	CHECK((size_t)snprintf(full, sizeof(full), "%s/%s", dir, path) <
	      sizeof(full));
	scratch_file(&scratch, full, size, seed);
}

static void side_make(struct side *s, const char *name, uint32_t piece_length,
		      uint64_t pdf)
{
	struct buf torrent = BUF_INIT;
	struct err err = ERR_INIT;
	char sub[64];
	uint8_t btmh[32];

	scratch_folder(&scratch, name);
	(void)snprintf(sub, sizeof(sub), "%s/n", name);
	scratch_folder(&scratch, sub);
	(void)snprintf(sub, sizeof(sub), "%s/n/s", name);
	scratch_folder(&scratch, sub);
	write_file(name, "n/a.mp4", 500 * K + 3, 1);
	write_file(name, "n/b.pdf", 40 * K, pdf);
	write_file(name, "n/s/c", 5 * K, 3);
	make_torrent(&scratch, name, "n", paths, piece_length, &torrent, btmh);
	(void)snprintf(s->dir, sizeof(s->dir), "%s",
		       scratch_path(&scratch, name));
	CHECK(torrentfile_open_bytes(&s->tf, buf_bytes(&torrent), btmh,
				     &err) == STATUS_OK);
	buf_release(&torrent);
}

static void side_end(struct side *s)
{
	torrentfile_free(s->tf);
}

static uint64_t reuse(struct side *new, const char *to, struct side *old,
		      bool whole)
{
	struct payload_reuse what = {
		.dir = to,
		.mi = &new->tf->mi,
		.old_dir = old->dir,
		.old_mi = &old->tf->mi,
		.old_whole = whole,
	};
	struct err err = ERR_INIT;
	uint64_t bytes = 0;

	if (payload_reuse(&what, &bytes, &err) != STATUS_OK)
		fprintf(stderr, "%s\n", err.text);
	CHECK(err.status == STATUS_OK);
	return bytes;
}

static uint32_t good(struct side *s, const char *dir)
{
	uint8_t have[64] = { 0 };
	struct err err = ERR_INIT;

	CHECK(s->tf->mi.pieces <= 8 * sizeof(have));
	CHECK(payload_verify(dir, &s->tf->mi, NULL, have, &err) == STATUS_OK);
	return havemap_count(have, s->tf->mi.pieces);
}

static nlink_t names_of(const char *dir, const char *path)
{
	char full[4096];
	struct stat st;

	CHECK((size_t)snprintf(full, sizeof(full), "%s/%s", dir, path) <
	      sizeof(full));
	CHECK(lstat(full, &st) == 0 && S_ISREG(st.st_mode));
	return st.st_nlink;
}

static bool is_there(const char *dir, const char *path)
{
	char full[4096];
	struct stat st;

	CHECK((size_t)snprintf(full, sizeof(full), "%s/%s", dir, path) <
	      sizeof(full));
	return lstat(full, &st) == 0;
}

static void what_is_the_same_is_linked_and_the_rest_is_left_out(void)
{
	const char *to = keep(scratch_path(&scratch, "to1"));
	struct side old, new;
	struct err err = ERR_INIT;

	side_make(&old, "old1", 16 * K, 2);
	side_make(&new, "new1", 16 * K, 7);
	CHECK(reuse(&new, to, &old, true) == 505 * K + 3);
	CHECK(names_of(to, "n/a.mp4") == 2 && names_of(to, "n/s/c") == 2);
	CHECK(!is_there(to, "n/b.pdf"));
	CHECK(good(&new, to) == new.tf->mi.pieces - 3);
	/* Again: it is there. */
	CHECK(reuse(&new, to, &old, true) == 0);
	/* The old one goes; the new one keeps what it has. */
	CHECK(payload_delete(old.dir, &err) == STATUS_OK);
	CHECK(good(&new, to) == new.tf->mi.pieces - 3);
	CHECK(names_of(to, "n/a.mp4") == 1);
	side_end(&old);
	side_end(&new);
}

static void what_is_cut_differently_is_copied(void)
{
	const char *to = keep(scratch_path(&scratch, "to2"));
	struct side old, new;

	side_make(&old, "old2", 16 * K, 2);
	side_make(&new, "new2", 32 * K, 2);
	CHECK(reuse(&new, to, &old, true) == 545 * K + 3);
	CHECK(names_of(to, "n/a.mp4") == 1 && names_of(to, "n/b.pdf") == 1);
	CHECK(names_of(to, "n/s/c") == 2); /* one piece in both */
	CHECK(good(&new, to) == new.tf->mi.pieces);
	side_end(&old);
	side_end(&new);
}

static void of_a_half_fetched_one_a_copy_is_made_that_lacks_the_rest(void)
{
	const char *to = keep(scratch_path(&scratch, "to3"));
	struct side old, new;
	struct stat st;
	int fd;

	side_make(&old, "old3", 16 * K, 2);
	side_make(&new, "new3", 16 * K, 2);
	fd = open(scratch_path(&scratch, "old3/n/a.mp4"), O_RDWR);
	/* Pieces 0, 1 and 20 of a long hole. */
	CHECK(fd >= 0 && ftruncate(fd, 2 * 16 * K) == 0);
	CHECK(ftruncate(fd, 20 * 16 * K) == 0);
	CHECK(pwrite(fd, "x", 1, 21 * 16 * K - 1) == 1);
	CHECK(close(fd) == 0);
	CHECK(unlink(scratch_path(&scratch, "old3/n/s/c")) == 0);
	CHECK(reuse(&new, to, &old, false) == 540 * K + 3);
	CHECK(names_of(to, "n/a.mp4") == 1 && names_of(to, "n/b.pdf") == 1);
	CHECK(good(&new, to) == 2 + 3);
	CHECK(stat(scratch_path(&scratch, "to3/n/a.mp4"), &st) == 0);
	CHECK(st.st_blocks * 512 < 20 * 16 * K); /* holes stay holes */
	side_end(&old);
	side_end(&new);
}

static void what_is_there_already_is_not_touched(void)
{
	const char *to = keep(scratch_path(&scratch, "to4"));
	struct side old, new;
	struct stat st;

	side_make(&old, "old4", 16 * K, 2);
	side_make(&new, "new4", 16 * K, 7);
	scratch_folder(&scratch, "to4");
	scratch_folder(&scratch, "to4/n");
	scratch_file(&scratch, "to4/n/a.mp4", 17, 9);
	CHECK(reuse(&new, to, &old, true) == 5 * K);
	CHECK(stat(scratch_path(&scratch, "to4/n/a.mp4"), &st) == 0);
	CHECK(st.st_size == 17);
	side_end(&old);
	side_end(&new);
}

static void no_link_is_followed_and_no_wrong_length_taken(void)
{
	const char *to = keep(scratch_path(&scratch, "to5"));
	struct side old, new;

	side_make(&old, "old5", 16 * K, 2);
	side_make(&new, "new5", 16 * K, 2);
	CHECK(rename(scratch_path(&scratch, "old5/n/a.mp4"),
		     scratch_path(&scratch, "old5/real")) == 0);
	CHECK(symlink("../real", scratch_path(&scratch,
					      "old5/n/a.mp4")) == 0);
	CHECK(truncate(scratch_path(&scratch, "old5/n/b.pdf"), 39 * K) == 0);
	CHECK(reuse(&new, to, &old, true) == 5 * K);
	CHECK(!is_there(to, "n/a.mp4") && !is_there(to, "n/b.pdf"));
	/* A link in the place of the new one's folder leads nowhere. */
	scratch_folder(&scratch, "to6");
	CHECK(mkdir(scratch_path(&scratch, "elsewhere"), 0755) == 0);
	CHECK(symlink("../elsewhere", scratch_path(&scratch, "to6/n")) == 0);
	{
		struct payload_reuse what = {
			.dir = keep(scratch_path(&scratch, "to6")),
			.mi = &new.tf->mi,
			.old_dir = new.dir,
			.old_mi = &new.tf->mi,
			.old_whole = true,
		};
		struct err err = ERR_INIT;
		uint64_t bytes = 0;

		(void)payload_reuse(&what, &bytes, &err);
		CHECK(bytes == 0);
	}
	CHECK(rmdir(scratch_path(&scratch, "elsewhere")) == 0);
	side_end(&old);
	side_end(&new);
}

static void nothing_in_common_makes_no_folder(void)
{
	const char *to = keep(scratch_path(&scratch, "to7"));
	struct side old, new;

	side_make(&old, "old7", 16 * K, 2);
	side_make(&new, "new7", 16 * K, 7);
	CHECK(payload_delete(old.dir, &(struct err)ERR_INIT) == STATUS_OK);
	CHECK(reuse(&new, to, &old, true) == 0);
	CHECK(access(to, F_OK) != 0);
	side_end(&old);
	side_end(&new);
}

int main(void)
{
	scratch_init(&scratch);
	what_is_the_same_is_linked_and_the_rest_is_left_out();
	what_is_cut_differently_is_copied();
	of_a_half_fetched_one_a_copy_is_made_that_lacks_the_rest();
	what_is_there_already_is_not_touched();
	no_link_is_followed_and_no_wrong_length_taken();
	nothing_in_common_makes_no_folder();
	scratch_release(&scratch);
	return 0;
}
