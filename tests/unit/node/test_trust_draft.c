#include "node/trust_draft.h"

#include "tests/support/roots.h"

static struct trust_draft draft_of(const struct root *root)
{
	struct err err = ERR_INIT;
	struct trust_draft d;

	CHECK(trust_draft_of_root(&d, root, &err) == STATUS_OK);
	return d;
}

static enum status sign(struct trust_draft *d, uint8_t number,
			const char *name, const struct root *one,
			const struct root *two)
{
	const struct root *roots[] = { one, two };
	struct secret_key *key = roots_key(number, name);
	enum status status = trust_draft_sign(d, key, roots,
					      two == NULL ? 1 : 2);

	secret_key_free(key);
	return status;
}

static struct trust_tally tally(const struct trust_draft *d,
				const struct root *root)
{
	struct trust_tally t;

	trust_draft_tally(d, root, &t);
	return t;
}

static void a_text_becomes_a_note_with_the_first_signature(void)
{
	struct root root = roots_make(1, 3, 1, 5);
	struct trust_draft d = draft_of(&root), again;
	struct err err = ERR_INIT;
	struct root opened;

	CHECK(d.kind == TRUST_DRAFT_ROOT && d.version == 1);
	CHECK(trust_draft_lines(&d) == 0);
	CHECK(tally(&d, &root).signers == 0 && tally(&d, &root).lacking == 3);
	CHECK(sign(&d, 1, "k1", &root, NULL) == STATUS_OK);
	CHECK(sign(&d, 4, "k4", &root, NULL) == STATUS_OK);
	CHECK(tally(&d, &root).lacking == 1 && tally(&d, &root).good[3]);
	CHECK(trust_draft_read(&again, buf_bytes(&d.whole), &err) ==
	      STATUS_OK);
	CHECK(trust_draft_lines(&again) == 2);
	CHECK(trust_draft_same_text(&d, &again));
	CHECK(root_open_first(buf_bytes(&again.whole), &opened) ==
	      STATUS_UNTRUSTED);
	CHECK(sign(&again, 5, "k5", &root, NULL) == STATUS_OK);
	CHECK(tally(&again, &root).lacking == 0);
	CHECK(root_open_first(buf_bytes(&again.whole), &opened) == STATUS_OK);
	trust_draft_release(&d);
	trust_draft_release(&again);
}

static void the_same_key_twice_and_a_stranger_add_nothing(void)
{
	struct root root = roots_make(1, 2, 1, 3);
	struct trust_draft d = draft_of(&root);
	size_t size;

	CHECK(sign(&d, 9, "k9", &root, NULL) == STATUS_UNTRUSTED);
	CHECK(trust_draft_lines(&d) == 0);
	CHECK(sign(&d, 1, "k1", &root, NULL) == STATUS_OK);
	size = d.whole.size;
	/* Whatever name it goes by. */
	CHECK(sign(&d, 1, "k1", &root, NULL) == STATUS_EXISTS);
	CHECK(sign(&d, 1, "somebody-else", &root, NULL) == STATUS_EXISTS);
	CHECK(d.whole.size == size && tally(&d, &root).signers == 1);
	trust_draft_release(&d);
}

/* Root 1 and root 2 have one key in common, under two names. */
static void root_two_needs_both_and_is_told_apart(void)
{
	struct root one = roots_make(1, 2, 1, 3), opened;
	struct root two = roots_make(2, 2, 4, 5);
	struct trust_draft d;

	roots_add_key(&two, 1, "renamed");
	d = draft_of(&two);
	CHECK(sign(&d, 4, "k4", &one, &two) == STATUS_OK);
	CHECK(sign(&d, 5, "k5", &one, &two) == STATUS_OK);
	CHECK(tally(&d, &one).lacking == 2 && tally(&d, &two).lacking == 0);
	CHECK(sign(&d, 1, "k1", &one, &two) == STATUS_OK);
	CHECK(trust_draft_lines(&d) == 4); /* one for each of its names */
	CHECK(tally(&d, &one).lacking == 1 && tally(&d, &two).signers == 3);
	CHECK(root_open_next(&one, buf_bytes(&d.whole), &opened) ==
	      STATUS_UNTRUSTED);
	CHECK(sign(&d, 2, "k2", &one, &two) == STATUS_OK);
	CHECK(root_open_next(&one, buf_bytes(&d.whole), &opened) ==
	      STATUS_OK);
	trust_draft_release(&d);
}

static void a_spoilt_line_is_seen_and_taken_out(void)
{
	struct root root = roots_make(1, 2, 1, 3);
	struct trust_draft d = draft_of(&root), spoilt;
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;

	CHECK(sign(&d, 1, "k1", &root, NULL) == STATUS_OK);
	CHECK(sign(&d, 2, "k2", &root, NULL) == STATUS_OK);
	buf_put_bytes(&bytes, buf_bytes(&d.whole));
	/* Another letter in the middle of the last signature. */
	bytes.data[bytes.size - 20] ^= 1;
	CHECK(trust_draft_read(&spoilt, buf_bytes(&bytes), &err) ==
	      STATUS_OK);
	CHECK(tally(&spoilt, &root).bad[1] && !tally(&spoilt, &root).good[1]);
	CHECK(tally(&spoilt, &root).signers == 1);
	CHECK(trust_draft_clean(&spoilt, &root) == STATUS_OK);
	CHECK(trust_draft_lines(&spoilt) == 1);
	CHECK(!tally(&spoilt, &root).bad[1]);
	/* A good copy and a spoilt one: the good line stays. */
	trust_draft_release(&spoilt);
	CHECK(trust_draft_read(&spoilt, buf_bytes(&bytes), &err) ==
	      STATUS_OK);
	CHECK(trust_draft_merge(&spoilt, &d) == STATUS_OK);
	CHECK(trust_draft_lines(&spoilt) == 3);
	CHECK(trust_draft_clean(&spoilt, &root) == STATUS_OK);
	CHECK(trust_draft_lines(&spoilt) == 2);
	CHECK(tally(&spoilt, &root).lacking == 0);
	buf_release(&bytes);
	trust_draft_release(&spoilt);
	trust_draft_release(&d);
}

static void when_only_spoilt_lines_are_left_it_is_a_text_again(void)
{
	struct root root = roots_make(1, 1, 1, 1);
	struct trust_draft d = draft_of(&root), spoilt;
	struct err err = ERR_INIT;

	CHECK(sign(&d, 1, "k1", &root, NULL) == STATUS_OK);
	d.whole.data[d.whole.size - 20] ^= 1;
	CHECK(trust_draft_read(&spoilt, buf_bytes(&d.whole), &err) ==
	      STATUS_OK);
	CHECK(trust_draft_clean(&spoilt, &root) == STATUS_OK);
	CHECK(spoilt.whole.size == spoilt.text_size);
	CHECK(sign(&spoilt, 1, "k1", &root, NULL) == STATUS_OK);
	trust_draft_release(&spoilt);
	trust_draft_release(&d);
}

static void copies_signed_apart_are_joined(void)
{
	struct root root = roots_make(1, 2, 1, 3);
	struct root other = roots_make(1, 2, 1, 2);
	struct trust_draft a = draft_of(&root), b = draft_of(&root),
			   bare = draft_of(&root), c = draft_of(&other);

	CHECK(sign(&a, 1, "k1", &root, NULL) == STATUS_OK);
	CHECK(sign(&b, 3, "k3", &root, NULL) == STATUS_OK);
	CHECK(trust_draft_merge(&a, &b) == STATUS_OK);
	CHECK(tally(&a, &root).lacking == 0);
	CHECK(trust_draft_merge(&a, &bare) == STATUS_OK);
	CHECK(trust_draft_lines(&a) == 2);
	CHECK(trust_draft_merge(&bare, &a) == STATUS_OK);
	CHECK(trust_draft_lines(&bare) == 2);
	CHECK(trust_draft_merge(&a, &c) == STATUS_MALFORMED);
	CHECK(trust_draft_lines(&a) == 2);
	trust_draft_release(&a);
	trust_draft_release(&b);
	trust_draft_release(&bare);
	trust_draft_release(&c);
}

static void what_is_no_draft_is_refused_with_a_reason(void)
{
	static const char *const none[] = {
		"",
		"\n",
		"xiangtu-root/v1",
		"xiangtu-root/v1\n",
		"xiangtu-root/v1\r\nversion 1\r\n",
		"xiangtu-root/v2\nversion 1\n",
		"xiangtu-trust/v1\nversion 0\nroot 1\n",
		"xiangtu-trust/v1\nversion 1\nroot 1\n\n",
		"hello\n",
	};
	struct trust_draft d;

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		struct err err = ERR_INIT;

		CHECK(trust_draft_read(&d, bytes_of(none[i]), &err) ==
		      STATUS_MALFORMED);
		CHECK(err.text[0] != 0);
	}
}

static void the_next_trust_keeps_what_it_does_not_know(void)
{
	static const char text[] = "xiangtu-trust/v1\nversion 7\nroot 2\n"
				   "programme weekly\nholiday 春节\n";
	struct err err = ERR_INIT;
	struct trust_draft held, next;
	struct trust trust;

	CHECK(trust_draft_read(&held, bytes_of(text), &err) == STATUS_OK);
	CHECK(held.kind == TRUST_DRAFT_TRUST && held.version == 7);
	CHECK(trust_draft_next(&held.trust, 3, &trust) == STATUS_OK);
	CHECK(trust.version == 8 && trust.root == 3 && trust.other_count == 2);
	CHECK(trust_draft_of_trust(&next, &trust, &err) == STATUS_OK);
	CHECK(bytes_is(trust_draft_text(&next),
		       "xiangtu-trust/v1\nversion 8\nroot 3\n"
		       "programme weekly\nholiday 春节\n"));
	trust_release(&trust);
	trust_draft_release(&next);
	trust_draft_release(&held);

	/* Where there is none yet it is the first. */
	trust_init(&trust);
	trust.version = 0;
	CHECK(trust_draft_next(&trust, 1, &trust) == STATUS_OK);
	CHECK(trust.version == 1 && trust.root == 1);
	trust.version = TRUST_VERSION_MAX;
	CHECK(trust_draft_next(&trust, 1, &trust) == STATUS_NO_ROOM);
	trust_release(&trust);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	a_text_becomes_a_note_with_the_first_signature();
	the_same_key_twice_and_a_stranger_add_nothing();
	root_two_needs_both_and_is_told_apart();
	a_spoilt_line_is_seen_and_taken_out();
	when_only_spoilt_lines_are_left_it_is_a_text_again();
	copies_signed_apart_are_joined();
	what_is_no_draft_is_refused_with_a_reason();
	the_next_trust_keeps_what_it_does_not_know();
	return 0;
}
