/* What is on a drive, looked at and verified where there is no node: nothing is
 * written, and nothing on it can make it more than a line in a table. (With a
 * node: tests/scenario/26-plug-in.py.) */
#include "node/drive/inspect.h"

#include <string.h>
#include <sys/stat.h>

#include "node/drive/mark.h"
#include "node/own_statement.h"
#include "proto/encoding.h"
#include "signing/checkpoint.h"
#include "tests/support/scratch.h"
#include "tests/support/stowed.h"
#include "tests/support/villages.h"

enum { K = 1024 };

static struct scratch scratch;
static struct mount *m;
static struct wares wares;

static const struct ware files[] = { { "影.mp4", 310 * K + 1 },
				     { "附.pdf", 70 * K } };

static void put_file(const char *path, struct bytes content)
{
	struct err err = ERR_INIT;

	CHECK(mount_write(m, path, content, &err) == STATUS_OK);
}

static void put_lists(const uint8_t *hash, enum drive_kind kind)
{
	char path[DRIVE_PATH_MAX];
	struct buf list = BUF_INIT;

	buf_puts(&list, "nonsense\n");
	drive_list_put(&list, hash);
	drive_list_put(&list, hash);
	drive_path_list(kind, path);
	put_file(path, buf_bytes(&list));
	buf_release(&list);
}

static void put_torrent(struct bytes torrent)
{
	char path[DRIVE_PATH_MAX];

	drive_path(DRIVE_TORRENT, wares.tf->btmh, path);
	put_file(path, torrent);
}

static void set_up(void)
{
	struct err err = ERR_INIT;

	scratch_init(&scratch);
	CHECK(mount_open(&m, scratch_folder(&scratch, "d"), &err) ==
	      STATUS_OK);
	wares_make(&wares, "课", true, files, 2, 32 * K, 5);
}

/* A drive with one lesson on it. */
static void set_up_lesson(void)
{
	struct stow_options options;
	struct err err = ERR_INIT;

	set_up();
	options = stowed_options(&wares, m);
	put_lists(wares.tf->btmh, DRIVE_PLACE);
	put_torrent(buf_bytes(&wares.tf->bytes));
	CHECK(stowed_put(&wares, &options, NULL, &err) == STATUS_OK);
}

static void tear_down(void)
{
	wares_release(&wares);
	mount_free(m);
	scratch_release(&scratch);
}

static json_t *survey(void)
{
	const struct survey s = { .m = m, .now_s = 4000000000 };
	struct err err = ERR_INIT;
	json_t *drive;

	CHECK(survey_drive(&s, &drive, &err) == STATUS_OK);
	CHECK(err.text[0] == 0);
	return drive;
}

static json_t *inspect(enum status expected)
{
	const struct inspect_options options = {
		.survey = { .m = m, .now_s = 4000000000 }
	};
	struct err err = ERR_INIT;
	json_t *report;

	CHECK(inspect_drive(&options, &report, &err) == expected);
	return report;
}

static size_t size_of(const json_t *drive, const char *list)
{
	return json_array_size(json_object_get(drive, list));
}

static bool text_is(const json_t *drive, const char *list, const char *key,
		    const char *text)
{
	const json_t *row = json_array_get(json_object_get(drive, list), 0);

	return strcmp(json_string_value(json_object_get(row, key)), text) == 0;
}

static json_int_t number_of(const json_t *drive, const char *list,
			    const char *key)
{
	return json_integer_value(json_object_get(
		json_array_get(json_object_get(drive, list), 0), key));
}

/* The lesson's state as shown, and as verified. */
static void states_are(const char *shown, const char *verified)
{
	bool bad = strcmp(verified, "damaged") == 0;
	json_t *drive = survey();
	json_t *report = inspect(bad ? STATUS_DAMAGED : STATUS_OK);

	CHECK(text_is(drive, "lessons", "state", shown));
	CHECK(text_is(report, "lessons", "state", verified));
	CHECK(json_integer_value(json_object_get(report, "damaged")) == bad);
	json_decref(drive);
	json_decref(report);
}

static const char *at(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "d/%s/%s", STOWED_FOLDER, name);
	return scratch_path(&scratch, path);
}

static void an_empty_drive_has_nothing(void)
{
	json_t *drive, *report;
	struct stat st;

	set_up();
	drive = survey();
	CHECK(size_of(drive, "lessons") == 0 && size_of(drive, "logs") == 0);
	CHECK(json_is_false(json_object_get(drive, "others")));
	json_decref(drive);
	report = inspect(STATUS_OK);
	json_decref(report);
	CHECK(stat(scratch_path(&scratch, "d/.xiangtu"), &st) != 0);
	tear_down();
}

static void a_lesson_is_shown_by_its_folder_once(void)
{
	json_t *drive;

	set_up_lesson();
	scratch_file(&scratch, "d/mine.txt", 10, 1);
	drive = survey();
	CHECK(size_of(drive, "lessons") == 1);
	CHECK(text_is(drive, "lessons", "title", "黑山羊"));
	CHECK(text_is(drive, "lessons", "topic", "产业/养殖"));
	CHECK(number_of(drive, "lessons", "bytes") == 380 * K + 1);
	CHECK(number_of(drive, "lessons", "there") == 380 * K + 1);
	CHECK(json_is_true(json_object_get(drive, "others")));
	json_decref(drive);
	states_are("whole", "good");
	tear_down();
}

static void damage_is_found_only_by_verifying(void)
{
	json_t *report;
	int fd;

	set_up_lesson();
	fd = open(at("影.mp4"), O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, "x", 1, 40 * K) == 1 && close(fd) == 0);
	states_are("whole", "damaged");
	report = inspect(STATUS_DAMAGED);
	CHECK(number_of(report, "lessons", "damaged") == 1);
	CHECK(number_of(report, "lessons", "good") == 348 * K + 1);
	json_decref(report);
	tear_down();
}

static void a_file_that_was_cut_in_its_place_is_damage(void)
{
	set_up_lesson();
	CHECK(truncate(at("影.mp4"), 100 * K) == 0);
	states_are("partly", "damaged");
	tear_down();
}

static void what_a_pulled_drive_has_of_a_lesson_is_no_damage(void)
{
	struct stow_options options;
	struct stowing *s;
	struct err err = ERR_INIT;

	set_up();
	options = stowed_options(&wares, m);
	put_lists(wares.tf->btmh, DRIVE_PLACE);
	put_torrent(buf_bytes(&wares.tf->bytes));
	states_are("missing", "missing");
	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	CHECK(stow_write(s, 0, wares_piece(&wares, 0), &err) == STATUS_OK);
	stow_free(s);
	states_are("partly", "partly");
	tear_down();
}

static void a_torrent_file_that_lies_is_damage(void)
{
	set_up_lesson();
	put_torrent(bytes_of("d4:infodee"));
	states_are("damaged", "damaged");
	tear_down();
}

static void links_and_pipes_are_not_followed(void)
{
	char path[DRIVE_PATH_MAX], full[DRIVE_PATH_MAX + 8];

	set_up_lesson();
	CHECK(rename(at("影.mp4"), scratch_path(&scratch, "film")) == 0);
	CHECK(symlink(scratch_path(&scratch, "film"), at("影.mp4")) == 0);
	states_are("damaged", "damaged");
	drive_path(DRIVE_TORRENT, wares.tf->btmh, path);
	(void)snprintf(full, sizeof(full), "d/%s", path);
	CHECK(unlink(scratch_path(&scratch, full)) == 0);
	CHECK(mkfifo(scratch_path(&scratch, full), 0644) == 0);
	states_are("damaged", "damaged");
	tear_down();
}

/* --- who spoke on it --- */

static void put_statement(const uint8_t *as)
{
	struct secret_key *key = village_key(1);
	struct statement st = { .level = LEVEL_STATION, .boot = 1, .seq = 7 };
	struct buf text = BUF_INIT, note = BUF_INIT;
	char path[DRIVE_PATH_MAX], vkey[VKEY_MAX + 1];

	public_key_format(secret_key_public(key), vkey);
	(void)bytes_to_string(bytes_of(vkey), st.vkey, sizeof(st.vkey));
	memcpy(st.key, secret_key_public(key)->bytes, sizeof(st.key));
	strcpy(st.name, "联坪村");
	strcpy(st.region, "431081101203");
	strcpy(st.program, "xiangtu/0.1.0");
	statement_begin(&text, &st);
	CHECK(statement_sign(buf_bytes(&text), key, &note) == STATUS_OK);
	if (as == NULL)
		as = st.key;
	put_lists(as, DRIVE_NODE);
	drive_path(DRIVE_NODE, as, path);
	put_file(path, buf_bytes(&note));
	buf_release(&text);
	buf_release(&note);
	secret_key_free(key);
}

static void statements_are_of_who_signed_them(void)
{
	static const uint8_t another[32] = { 7 };
	json_t *drive;

	set_up();
	put_statement(NULL);
	drive = survey();
	CHECK(size_of(drive, "statements") == 2);
	CHECK(text_is(drive, "statements", "name", "联坪村"));
	CHECK(text_is(drive, "statements", "state", "new"));
	CHECK(number_of(drive, "statements", "age_s") > 0);
	json_decref(drive);
	put_statement(another);
	drive = survey();
	CHECK(text_is(drive, "statements", "state", "damaged"));
	CHECK(text_is(drive, "statements", "name", ""));
	json_decref(drive);
	tear_down();
}

static void a_log_nobody_follows_is_named(void)
{
	struct secret_key *key;
	struct checkpoint head = { .origin = "elsewhere.example/1/lessons",
				   .size = 3 };
	struct buf note = BUF_INIT;
	char hash[2 * SHA256_SIZE + 1], path[DRIVE_PATH_MAX];
	json_t *drive;

	set_up();
	CHECK(secret_key_new(&key, head.origin, KEY_ED25519) == STATUS_OK);
	CHECK(checkpoint_sign(&head, key, &note) == STATUS_OK);
	origin_hash(head.origin, hash);
	(void)snprintf(path, sizeof(path), ".xiangtu/tlog/%s/checkpoint",
		       hash);
	put_file(path, buf_bytes(&note));
	drive = survey();
	CHECK(text_is(drive, "logs", "origin", head.origin));
	CHECK(text_is(drive, "logs", "state", "not followed"));
	CHECK(number_of(drive, "logs", "size") == 3);
	json_decref(drive);
	secret_key_free(key);
	buf_release(&note);
	tear_down();
}

static void a_drive_of_a_later_version_is_not_guessed_at(void)
{
	const struct survey s = { .m = NULL };
	struct survey here = s;
	struct err err = ERR_INIT;
	json_t *drive;

	set_up();
	here.m = m;
	put_file(DRIVE_MARK, bytes_of("{\"xiangtu\":\"drive/v9\"}"));
	CHECK(survey_drive(&here, &drive, &err) == STATUS_OLD);
	tear_down();
}

static bool never(void *owner, const char *title, uint64_t done,
		  uint64_t total)
{
	(void)owner;
	(void)title;
	(void)done;
	(void)total;
	return false;
}

static void verifying_can_be_stopped(void)
{
	struct inspect_options options = { .progress = never };
	struct err err = ERR_INIT;
	json_t *report;

	set_up_lesson();
	options.survey.m = m;
	CHECK(inspect_drive(&options, &report, &err) == STATUS_CANCELLED);
	tear_down();
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	an_empty_drive_has_nothing();
	a_lesson_is_shown_by_its_folder_once();
	damage_is_found_only_by_verifying();
	a_file_that_was_cut_in_its_place_is_damage();
	what_a_pulled_drive_has_of_a_lesson_is_no_damage();
	a_torrent_file_that_lies_is_damage();
	links_and_pipes_are_not_followed();
	statements_are_of_who_signed_them();
	a_log_nobody_follows_is_named();
	a_drive_of_a_later_version_is_not_guessed_at();
	verifying_can_be_stopped();
	return 0;
}
