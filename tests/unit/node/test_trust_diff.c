#include "node/trust_diff.h"

#include "tests/support/roots.h"

struct heard {
	struct buf text; /* "name of: now" a line */
};

static void hear(void *owner, const struct trust_change *change)
{
	struct heard *h = owner;

	buf_printf(&h->text, "%s %s: %s\n", trust_change_name(change->kind),
		   change->of, change->now);
	CHECK(trust_change_text(change->kind)[0] != 0);
}

static struct trust parse(const char *statements)
{
	struct buf text = BUF_INIT;
	struct trust trust;

	buf_printf(&text, "xiangtu-trust/v1\nversion 1\nroot 1\n%s",
		   statements);
	CHECK(trust_parse(buf_bytes(&text), &trust) == STATUS_OK);
	buf_release(&text);
	return trust;
}

static void expect(const char *before, const char *after, const char *said)
{
	struct trust a = parse(before), b = parse(after);
	struct heard h = { .text = BUF_INIT };

	CHECK(trust_diff(&a, &b, hear, &h) == STATUS_OK);
	if (strcmp(buf_string(&h.text), said) != 0)
		(void)fprintf(stderr, "said: %s", buf_string(&h.text));
	CHECK(strcmp(buf_string(&h.text), said) == 0);
	buf_release(&h.text);
	trust_release(&a);
	trust_release(&b);
}

static void publisher_line(char out[static 512], const char *rest)
{
	struct secret_key *key = roots_key(1, "a.example");
	char vkey[VKEY_MAX + 1];

	public_key_format(secret_key_public(key), vkey);
	(void)snprintf(out, 512, "publisher a.example key=%s %s\n", vkey,
		       rest);
	secret_key_free(key);
}

static void each_field_of_a_publisher_is_told(void)
{
	char one[512], two[512];

	publisher_line(one, "region=43 topic=*");
	expect(one, one, "");
	expect(one, "", "publisher_removed a.example: \n");
	publisher_line(two, "region=43,44 topic=*");
	expect(one, two, "publisher_regions a.example: 43,44\n");
	publisher_line(two, "region=43 topic=产业,民生");
	expect(one, two, "publisher_topics a.example: 产业,民生\n");
	publisher_line(two, "region=43 topic=* entries=9 delegate=yes");
	expect(one, two,
	       "publisher_limits a.example: entries=9\n"
	       "publisher_delegation a.example: delegate=yes\n");
	expect(two, one,
	       "publisher_limits a.example: \n"
	       "publisher_delegation a.example: \n");
}

static void ends_of_logs_and_unknown_statements_are_told(void)
{
	static const char root[] =
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	char cut[256], said[256];

	(void)snprintf(cut, sizeof(cut), "cutoff a.example size=5 root=%s\n",
		       root);
	(void)snprintf(said, sizeof(said),
		       "cutoff_added a.example: size=5 root=%s\n", root);
	expect("", cut, said);
	expect(cut, "", "cutoff_removed a.example: \n");
	expect("programme a\n", "programme b\n",
	       "statement_added programme b: \n"
	       "statement_removed programme a: \n");
}

static void a_new_root_tells_whose_word_counts(void)
{
	struct root one = roots_make(1, 1, 1, 1), two = roots_make(2, 2, 1, 3);
	struct heard h = { .text = BUF_INIT };

	CHECK(root_diff(&one, &two, hear, &h) == STATUS_OK);
	CHECK(strncmp(buf_string(&h.text), "root_threshold 2/3: 1/1\n", 24) ==
	      0);
	CHECK(strstr(buf_string(&h.text), "root_key_added k2+") != NULL);
	CHECK(strstr(buf_string(&h.text), "root_key_added k1+") == NULL);
	buf_clear(&h.text);
	CHECK(root_diff(&two, &one, hear, &h) == STATUS_OK);
	CHECK(strstr(buf_string(&h.text), "root_key_removed k3+") != NULL);
	buf_release(&h.text);
}

static void a_name_that_would_hide_something_is_not_shown(void)
{
	struct secret_key *key = roots_key(1, "a\u202eb");
	char label[VKEY_MAX + 1];

	trust_key_label(secret_key_public(key), label);
	CHECK(label[0] == '(' && strlen(label) == 10);
	secret_key_free(key);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	each_field_of_a_publisher_is_told();
	ends_of_logs_and_unknown_statements_are_told();
	a_new_root_tells_whose_word_counts();
	a_name_that_would_hide_something_is_not_shown();
	return 0;
}
