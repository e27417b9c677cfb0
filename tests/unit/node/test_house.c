/* A node is made, opened, copied, moved, and refused where it must be. */
#include "node/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/log.h"
#include "node/create.h"
#include "node/durable.h"
#include "signing/words.h"
#include "tests/support/check.h"
#include "tests/support/scratch.h"

static char *scratch_new(void)
{
	struct scratch s;

	scratch_init(&s);
	return strdup(s.top);
}

static void scratch_free(char *top)
{
	struct scratch s;

	strcpy(s.top, top);
	scratch_release(&s);
	free(top);
}

static void options_of(struct create_options *o, const char *dir,
		       const char *level, const char *region)
{
	struct err err = ERR_INIT;

	memset(o, 0, sizeof(*o));
	o->dir = dir;
	conf_init(&o->conf);
	CHECK(conf_set(&o->conf, "name", "资兴市", &err) == STATUS_OK);
	CHECK(conf_set(&o->conf, "level", level, &err) == STATUS_OK);
	CHECK(conf_set(&o->conf, "region", region, &err) == STATUS_OK);
}

static void make_county(const char *dir, struct created *made)
{
	struct create_options o;
	struct err err = ERR_INIT;

	options_of(&o, dir, "county", "431081");
	CHECK(create_node(&o, made, &err) == STATUS_OK);
}

static void a_county_has_keys_a_log_and_a_root(void)
{
	char *dir = scratch_new();
	char path[4200];
	struct created made;
	struct house h;
	struct err err = ERR_INIT;
	const struct recipient *to;
	struct log_info info;
	struct stat st;

	make_county(dir, &made);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(h.publisher_key != NULL);
	CHECK(h.trust.root.version == 1 && h.trust.trust.version == 1);
	to = trust_recipient(&h.trust.trust, "431081101203");
	CHECK(to != NULL && h.records_key != NULL && h.ack_key != NULL);
	CHECK(public_key_same(&to->key, seal_key_public(h.records_key)));
	CHECK(public_key_same(&to->ack, secret_key_public(h.ack_key)));
	CHECK(log_find(h.catalog, made.origin, &info, &err) == STATUS_OK);
	CHECK(info.own && info.size == 0);
	house_close(&h);
	house_path(dir, "root.key", path);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	house_path(dir, "records.key", path);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	scratch_free(dir);
}

static void keys_of_a_node_that_lived_are_not_written_over(void)
{
	char *dir = scratch_new();
	char conf[4200];
	struct create_options o;
	struct created made;
	struct house h;
	struct err err = ERR_INIT;

	make_county(dir, &made);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	house_close(&h);
	house_path(dir, "node.conf", conf);
	CHECK(unlink(conf) == 0);
	options_of(&o, dir, "county", "431081");
	CHECK(create_node(&o, &made, &err) == STATUS_EXISTS);
	scratch_free(dir);
}

static void a_second_init_touches_nothing(void)
{
	char *dir = scratch_new();
	struct create_options o;
	struct created made, again;
	struct err err = ERR_INIT;

	make_county(dir, &made);
	options_of(&o, dir, "county", "431081");
	CHECK(create_node(&o, &again, &err) == STATUS_EXISTS);
	scratch_free(dir);
}

static void two_writers_are_kept_apart(void)
{
	char *dir = scratch_new();
	struct created made;
	struct house first, second;
	struct err err = ERR_INIT;

	make_county(dir, &made);
	CHECK(house_open(&first, dir, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(house_open(&second, dir, HOUSE_WRITE, &err) == STATUS_BUSY);
	CHECK(strstr(err.text, "another xiangtu is running") != NULL);
	CHECK(house_open(&second, dir, HOUSE_READ, &err) == STATUS_OK);
	house_close(&second);
	house_close(&first);
	CHECK(house_open(&second, dir, HOUSE_WRITE, &err) == STATUS_OK);
	house_close(&second);
	scratch_free(dir);
}

static void another_machine_is_asked_what_it_is(void)
{
	char *dir = scratch_new();
	struct created made;
	struct house h;
	struct err err = ERR_INIT;
	uint8_t before[32];

	CHECK(setenv("XIANGTU_MACHINE", "first", 1) == 0);
	make_county(dir, &made);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	memcpy(before, house_node_public(&h), 32);
	house_close(&h);

	CHECK(setenv("XIANGTU_MACHINE", "second", 1) == 0);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_UNTRUSTED);
	CHECK(strstr(err.text, "--new-identity") != NULL);

	CHECK(house_settle(dir, HOUSE_MOVED, &err) == STATUS_OK);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(memcmp(before, house_node_public(&h), 32) == 0);
	CHECK(h.publisher_key != NULL);
	house_close(&h);

	CHECK(setenv("XIANGTU_MACHINE", "third", 1) == 0);
	CHECK(house_settle(dir, HOUSE_COPIED, &err) == STATUS_OK);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(memcmp(before, house_node_public(&h), 32) != 0);
	CHECK(h.publisher_key == NULL); /* a copy does not publish */
	CHECK(h.ack_key == NULL && h.records_key == NULL);
	house_close(&h);
	CHECK(unsetenv("XIANGTU_MACHINE") == 0);
	scratch_free(dir);
}

static void make_join(const char *dir, struct join *join)
{
	struct trust_book book;
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(trust_book_open(&book, dir, &err) == STATUS_OK);
	CHECK(trust_book_root_note(&book, 1, &note, &err) == STATUS_OK);
	CHECK(join_add_root(join, buf_bytes(&note)) == STATUS_OK);
	buf_put_bytes(&join->trust, buf_bytes(&book.note));
	CHECK(conf_url("http://10.0.0.1:7433", join->upstream[0]) ==
	      STATUS_OK);
	join->upstreams = 1;
	buf_release(&note);
	trust_book_release(&book);
}

static void a_station_joins_and_follows(void)
{
	char *county = scratch_new(), *station = scratch_new();
	char words[WORDS_CHINESE_MAX + 1];
	struct created made, joined;
	struct create_options o;
	struct join join = JOIN_INIT;
	struct house h;
	struct log_info info;
	struct err err = ERR_INIT;

	make_county(county, &made);
	make_join(county, &join);
	words_chinese(made.fingerprint, words);
	options_of(&o, station, "station", "431081101203");
	o.join = &join;
	o.fingerprint = "abandon abandon abandon";
	CHECK(create_node(&o, &joined, &err) == STATUS_UNTRUSTED);
	o.fingerprint = words;
	CHECK(create_node(&o, &joined, &err) == STATUS_OK);
	CHECK(house_open(&h, station, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(h.publisher_key == NULL);
	CHECK(h.conf.upstreams == 1);
	CHECK(log_find(h.catalog, made.origin, &info, &err) == STATUS_OK);
	CHECK(!info.own);
	house_close(&h);
	join_release(&join);
	scratch_free(county);
	scratch_free(station);
}

static void a_tampered_join_file_writes_no_node(void)
{
	char *county = scratch_new(), *station = scratch_new();
	struct created made, joined;
	struct create_options o;
	struct join join = JOIN_INIT;
	struct house h;
	struct err err = ERR_INIT;

	make_county(county, &made);
	make_join(county, &join);
	join.trust.data[20] ^= 1;
	options_of(&o, station, "station", "431081101203");
	o.join = &join;
	CHECK(create_node(&o, &joined, &err) != STATUS_OK);
	CHECK(house_open(&h, station, HOUSE_WRITE, &err) == STATUS_NOT_FOUND);
	join.trust.data[20] ^= 1;
	CHECK(create_node(&o, &joined, &err) == STATUS_OK);
	join_release(&join);
	scratch_free(county);
	scratch_free(station);
}

static void a_damaged_trust_note_is_refused(void)
{
	char *dir = scratch_new();
	char path[4200];
	struct created made;
	struct house h;
	struct err err = ERR_INIT;
	struct buf note = BUF_INIT;

	make_county(dir, &made);
	(void)snprintf(path, sizeof(path), "%s/trust/trust.note", dir);
	CHECK(durable_read(path, 65536, &note, &err) == STATUS_OK);
	note.data[note.size / 2] ^= 1;
	CHECK(durable_write(path, buf_bytes(&note), 0644, &err) == STATUS_OK);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_DAMAGED);
	buf_release(&note);
	scratch_free(dir);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	a_county_has_keys_a_log_and_a_root();
	keys_of_a_node_that_lived_are_not_written_over();
	a_second_init_touches_nothing();
	two_writers_are_kept_apart();
	another_machine_is_asked_what_it_is();
	a_station_joins_and_follows();
	a_tampered_join_file_writes_no_node();
	a_damaged_trust_note_is_refused();
	return 0;
}
