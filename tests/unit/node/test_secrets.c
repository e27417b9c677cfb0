/* PINs and passwords are set, kept over a restart, and taken away. */
#include "node/page/secrets.h"

#include <string.h>

#include "signing/key.h"
#include "tests/support/check.h"
#include "tests/support/scratch.h"

static char hash[PASSHASH_MAX + 1], other[PASSHASH_MAX + 1];
static struct scratch scratch;

static struct secrets *open_again(struct secrets *before)
{
	struct err err = ERR_INIT;
	struct secrets *s;

	secrets_free(before);
	CHECK(secrets_open(&s, scratch.top, 1000, &err) == STATUS_OK);
	return s;
}

static void write_raw(const char *text)
{
	FILE *file = fopen(scratch_path(&scratch, SECRETS_FILE), "w");

	CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void what_is_set_is_there_after_a_restart(void)
{
	struct err err = ERR_INIT;
	struct secrets *s = open_again(NULL);
	json_t *json, *names, *said;

	CHECK(secrets_hash(s, "A") == NULL && !secrets_has_office(s));
	CHECK(secrets_set(s, "A", hash, 5, &err) == STATUS_OK);
	CHECK(secrets_set(s, "王丽", other, 5, &err) == STATUS_OK);
	s = open_again(s);
	CHECK(strcmp(secrets_hash(s, "A"), hash) == 0);
	CHECK(strcmp(secrets_hash(s, "王丽"), other) == 0);
	CHECK(secrets_hash(s, "B") == NULL);
	json = json_pack("{s:b, s:b, s:b}", "A", true, "B", false, "office",
			 true);
	said = secrets_json(s);
	CHECK(json_equal(said, json));
	json_decref(said);
	names = secrets_names(s);
	CHECK(json_array_size(names) == 2);
	CHECK(strcmp(json_string_value(json_array_get(names, 0)), "A") == 0);
	json_decref(names);
	/* Another one takes its place; and away. */
	CHECK(secrets_set(s, "A", other, 5, &err) == STATUS_OK);
	CHECK(secrets_set(s, "王丽", NULL, 5, &err) == STATUS_OK);
	s = open_again(s);
	CHECK(strcmp(secrets_hash(s, "A"), other) == 0);
	CHECK(secrets_hash(s, "王丽") == NULL && !secrets_has_office(s));
	CHECK(secrets_set(s, "王丽", NULL, 5, &err) == STATUS_NOT_FOUND);
	json_decref(json);
	secrets_free(s);
}

static void others_of_the_machine_cannot_read_it(void)
{
	struct stat st;

	CHECK(stat(scratch_path(&scratch, SECRETS_FILE), &st) == 0);
	CHECK((st.st_mode & 0777) == 0600);
}

static void names_and_hashes_that_cannot_be_change_nothing(void)
{
	struct err err = ERR_INIT;
	struct secrets *s = open_again(NULL);
	char who[8];
	unsigned i;

	CHECK(secrets_set(s, "", hash, 5, &err) == STATUS_USAGE);
	CHECK(secrets_set(s, "A\n", hash, 5, &err) == STATUS_USAGE);
	CHECK(secrets_set(s, "B", "7193", 5, &err) == STATUS_USAGE);
	CHECK(secrets_hash(s, "B") == NULL);
	for (i = 1; i < SECRETS_MAX; i++) {
		(void)snprintf(who, sizeof(who), "P%u", i);
		CHECK(secrets_set(s, who, hash, 5, &err) == STATUS_OK);
	}
	CHECK(secrets_set(s, "B", hash, 5, &err) == STATUS_NO_ROOM);
	CHECK(secrets_set(s, "A", hash, 5, &err) == STATUS_OK);
	secrets_free(s);
}

static void a_new_secret_forgets_wrong_tries_and_a_failed_write_changes_nothing(
	void)
{
	struct err err = ERR_INIT;
	struct secrets *s = open_again(NULL);
	char gone[sizeof(scratch.top) + 8];
	unsigned wait_s;

	(void)snprintf(gone, sizeof(gone), "%s-gone", scratch.top);
	while (lockout_admit(&s->lockout, "A", 9, 5, &wait_s))
		(void)lockout_wrong(&s->lockout, "A", 9, 5);
	CHECK(secrets_set(s, "A", other, 5, &err) == STATUS_OK);
	CHECK(lockout_admit(&s->lockout, "A", 9, 5, &wait_s));
	lockout_undecided(&s->lockout, "A", 9, 5);
	/* The folder is gone. */
	CHECK(rename(scratch.top, gone) == 0);
	CHECK(secrets_set(s, "A", hash, 5, &err) != STATUS_OK);
	CHECK(rename(gone, scratch.top) == 0);
	CHECK(strcmp(secrets_hash(s, "A"), other) == 0);
	secrets_free(s);
}

static void wrong_tries_are_in_the_file(void)
{
	struct err err = ERR_INIT;
	struct secrets *s = open_again(NULL);
	unsigned wait_s;

	CHECK(secrets_set(s, "A", other, 5, &err) == STATUS_OK);
	while (lockout_admit(&s->lockout, "A", 9, 5, &wait_s))
		(void)lockout_wrong(&s->lockout, "A", 9, 5);
	CHECK(secrets_save(s, 5, &err) == STATUS_OK);
	s = open_again(s);
	CHECK(!lockout_admit(&s->lockout, "A", 9, 1000, &wait_s));
	CHECK(strcmp(secrets_hash(s, "A"), other) == 0);
	secrets_free(s);
}

static void a_damaged_file_opens_nothing_and_says_what_to_do(void)
{
	static const char *const damaged[] = {
		"", "{}", "[]", "no json", "{\"format\":\"xiangtu-desk/1\"}",
		"{\"format\":\"xiangtu-desk/2\",\"secrets\":{}}",
		"{\"format\":\"xiangtu-desk/1\",\"secrets\":{\"A\":\"7193\"}}",
		"{\"format\":\"xiangtu-desk/1\",\"secrets\":{\"A\":7193}}",
	};

	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
		struct err err = ERR_INIT;
		struct secrets *s = NULL;

		write_raw(damaged[i]);
		CHECK(secrets_open(&s, scratch.top, 0, &err) ==
		      STATUS_DAMAGED);
		CHECK(s == NULL && strstr(err.text, "set-pin") != NULL);
	}
	CHECK(unlink(scratch_path(&scratch, SECRETS_FILE)) == 0);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	CHECK(passhash_make(bytes_of("7193"), hash) == STATUS_OK);
	CHECK(passhash_make(bytes_of("2817"), other) == STATUS_OK);
	scratch_init(&scratch);
	what_is_set_is_there_after_a_restart();
	others_of_the_machine_cannot_read_it();
	names_and_hashes_that_cannot_be_change_nothing();
	a_new_secret_forgets_wrong_tries_and_a_failed_write_changes_nothing();
	wrong_tries_are_in_the_file();
	a_damaged_file_opens_nothing_and_says_what_to_do();
	scratch_release(&scratch);
	return 0;
}
