/* What a desk sends and what it left behind: settings as JSON over a node.conf,
 * secrets, reset codes, and desk.json itself. The text before the first zero
 * byte is a node.conf or a cookie, what follows is JSON. */
#include <stdlib.h>

#include "node/conf.h"
#include "node/page/page_conf.h"
#include "node/page/secrets.h"
#include "node/page/sessions.h"
#include "signing/resetcode.h"
#include "tests/fuzz/fuzz.h"

/* A file that was changed is one that is read, and says nothing new of what a
 * desk has no business with. */
static void settings(const char *text, const json_t *json)
{
	struct buf out = BUF_INIT;
	static struct conf before, after, again;
	struct err err = ERR_INIT;

	if (conf_parse(&before, text, &err) != STATUS_OK)
		return;
	if (page_conf_edit(text, json, &out, &after, &err) == STATUS_OK) {
		json_t *said = page_conf_json(&after), *twice;

		CHECK(conf_parse(&again, buf_string(&out), &err) == STATUS_OK);
		twice = page_conf_json(&again);
		CHECK(json_equal(said, twice));
		json_decref(said);
		json_decref(twice);
		CHECK(strcmp(before.name, after.name) == 0 &&
		      strcmp(before.origin, after.origin) == 0 &&
		      before.pages_everywhere == after.pages_everywhere &&
		      before.upstreams == after.upstreams);
	} else {
		CHECK(err.text[0] != 0 && out.size == 0);
	}
	buf_release(&out);
}

static void wrong_tries(const json_t *json)
{
	static struct lockout l, again;
	json_t *once, *twice;
	unsigned wait_s;

	lockout_init(&l);
	lockout_take(&l, json, 1000);
	once = lockout_put(&l, 1000);
	lockout_init(&again);
	lockout_take(&again, once, 1000);
	twice = lockout_put(&again, 1000);
	CHECK(json_array_size(json_object_get(once, "tries")) ==
	      json_array_size(json_object_get(twice, "tries")));
	json_decref(once);
	json_decref(twice);
	if (!lockout_admit(&l, "A", LOCKOUT_HERE, 1000, &wait_s))
		CHECK(wait_s > 0 && wait_s <= 3600);
}

static void secrets_file(struct bytes text)
{
	static struct secrets s;

	if (secrets_parse(&s, text, 5) == STATUS_OK) {
		json_t *names = secrets_names(&s);

		CHECK(json_array_size(names) <= SECRETS_MAX);
		json_decref(names);
	}
}

static void cookies_and_codes(const char *text)
{
	struct sessions *sessions = sessions_new();
	uint8_t challenge[RESETCODE_CHALLENGE_SIZE];
	char again[RESETCODE_CHALLENGE_TEXT + 1], who[32];
	struct err err = ERR_INIT;

	CHECK(sessions_role_of(sessions, text, true, 5, who) == PAGE_VIEWER);
	CHECK(who[0] == 0);
	sessions_close(sessions, text);
	sessions_free(sessions);
	if (resetcode_challenge_parse(text, challenge) == STATUS_OK)
		resetcode_challenge_format(challenge, again);
	(void)resetcode_is(text, "12345678");
	(void)secret_good("A", bytes_of(text), &err);
	err = (struct err)ERR_INIT;
	(void)secret_good("office", bytes_of(text), &err);
	(void)secret_role(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	size_t first = strlen(text);
	struct bytes rest = { data, size };
	json_t *json;

	if (first < size)
		rest = (struct bytes){ data + first + 1, size - first - 1 };
	json = json_loadb((const char *)rest.data, rest.size,
			  JSON_REJECT_DUPLICATES, NULL);
	cookies_and_codes(text);
	secrets_file(rest);
	if (json != NULL) {
		settings(first < size ? text : "", json);
		wrong_tries(json);
		json_decref(json);
	}
	free(text);
	return 0;
}
