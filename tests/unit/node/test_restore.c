/* An office made anew from its keys and from mirrors of what it was. */
#include "node/restore.h"

#include <stdio.h>

#include "node/mirror_export.h"
#include "node/own_kept.h"
#include "tests/support/offices.h"

struct world {
	struct scratch scratch;
	struct office county; /* as it was; its machine dies */
	struct backup backup;
	struct backup_keys keys;
	struct restore_source sources[RESTORE_SOURCES_MAX];
	unsigned n_sources;
	char given[RESTORE_SOURCES_MAX][4096];
	struct restored done;
	struct err err;
};

static void publish(struct world *w, struct office *o, const char *title)
{
	struct offered lesson;

	scratch_file(&w->scratch, "a.bin", 1000, (uint64_t)title[0]);
	office_publish(o, scratch_path(&w->scratch, "a.bin"), title, &lesson);
}

/* What `trust key backup` puts on paper, opened again. */
static void take_backup(struct world *w)
{
	const struct house *h = &w->county.house;
	struct backup *b = &w->backup;

	b->level = h->conf.level;
	(void)snprintf(b->name, sizeof(b->name), "%s", h->conf.name);
	(void)snprintf(b->region, sizeof(b->region), "%s", h->conf.region);
	(void)snprintf(b->origin, sizeof(b->origin), "%s", h->conf.origin);
	memcpy(b->fingerprint, h->trust.fingerprint, SHA256_SIZE);
	OFFICE_OK(w, house_read_key(h->dir, "publisher.key",
				    &w->keys.publisher, &w->err));
	OFFICE_OK(w, house_read_key(h->dir, "ack.key", &w->keys.ack,
				    &w->err));
}

static void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	office_county(&w->county, &w->scratch);
	publish(w, &w->county, "1");
	publish(w, &w->county, "2");
	take_backup(w);
}

static void world_end(struct world *w)
{
	for (unsigned i = 0; i < w->n_sources; i++)
		restore_source_release(&w->sources[i]);
	backup_keys_release(&w->keys);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

/* A mirror of `o` as it is now. */
static const char *mirror(struct world *w, struct office *o, const char *name)
{
	const struct mirror_export_options options = {
		.dir = scratch_path(&w->scratch, name),
		.no_payload = true,
	};
	struct mirror_exported done;

	OFFICE_OK(w, mirror_export(&o->house, &options, &done, &w->err));
	return options.dir;
}

/* A source at that folder or URL, with what `o` lets others join with. */
static struct restore_source *add_source(struct world *w, struct office *o,
					 const char *given)
{
	struct restore_source *s = &w->sources[w->n_sources];
	json_t *answer = office_ask(o, json_pack("{s:s}", "verb",
						 "join-file"));
	const char *text = json_string_value(json_object_get(answer, "text"));

	(void)snprintf(w->given[w->n_sources], sizeof(w->given[0]), "%s",
		       given);
	s->given = w->given[w->n_sources++];
	if (strncmp(given, "http", 4) == 0)
		(void)snprintf(s->base, sizeof(s->base), "%.99s", given);
	OFFICE_OK(w, join_parse(&s->join, bytes_of(text), &w->err));
	OFFICE_OK(w, restore_source_open(s, false, &w->err));
	json_decref(answer);
	return s;
}

static struct restore_source *add_mirror(struct world *w, struct office *o,
					 const char *name)
{
	return add_source(w, o, mirror(w, o, name));
}

static enum status restore(struct world *w)
{
	struct restore_options options = {
		.dir = scratch_path(&w->scratch, "new"),
		.backup = &w->backup,
		.keys = &w->keys,
		.sources = w->sources,
		.n_sources = w->n_sources,
	};
	enum status status;

	w->err = (struct err)ERR_INIT;
	conf_init(&options.conf);
	status = restore_office(&options, &w->done, &w->err);
	CHECK((status == STATUS_OK) == (w->err.text[0] == 0));
	return status;
}

static bool has(struct world *w, const char *name)
{
	return access(scratch_path(&w->scratch, name), F_OK) == 0;
}

static void put(struct world *w, const char *name, const char *text)
{
	FILE *f = fopen(scratch_path(&w->scratch, name), "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static struct log_info own_log(struct office *o)
{
	struct log_info log;

	OFFICE_OK(o, log_find(o->house.catalog, o->house.conf.origin, &log,
			      &o->err));
	return log;
}

/* Open what was restored; to be closed. */
static void open_new(struct world *w, struct office *o)
{
	memset(o, 0, sizeof(*o));
	(void)snprintf(o->dir, sizeof(o->dir), "%s",
		       scratch_path(&w->scratch, "new"));
	office_open(o);
}

static void it_is_the_office_that_died(void)
{
	struct log_info before, after;
	struct restore_source *s;
	struct office again;
	struct world w;

	world_make(&w);
	s = add_mirror(&w, &w.county, "mirror");
	CHECK(restore(&w) == STATUS_OK);
	CHECK(w.done.size == 2 && w.done.seen == 2 && s->size == 2);
	CHECK(w.done.logs == 0 && !w.done.unnamed && s->why[0] == 0);
	CHECK(memcmp(w.done.made.fingerprint, w.backup.fingerprint,
		     SHA256_SIZE) == 0);
	CHECK(has(&w, "new/publisher.key") && has(&w, "new/ack.key"));
	CHECK(!has(&w, "new/records.key")); /* the backup has none */
	CHECK(!has(&w, "new/restoring"));
	open_new(&w, &again);
	before = own_log(&w.county);
	after = own_log(&again);
	CHECK(after.own && after.size == 2 &&
	      memcmp(after.root, before.root, SHA256_SIZE) == 0);
	CHECK(again.house.conf.level == w.county.house.conf.level);
	CHECK(strcmp(again.house.conf.name, "county") == 0);
	CHECK(strcmp(again.house.conf.region, "431081") == 0);
	CHECK(house_is_publisher(&again.house));
	/* The machine is another one. */
	CHECK(memcmp(house_node_public(&again.house),
		     house_node_public(&w.county.house),
		     PUBLIC_KEY_SIZE) != 0);
	office_close(&again);
	CHECK(restore(&w) == STATUS_EXISTS);
	CHECK(strstr(w.err.text, "there is a node") != NULL);
	world_end(&w);
}

/* Whoever held it may have seen more since: nothing is signed before they are
 * asked (node/own_log.h). */
static void it_does_not_sign_before_others_were_asked(void)
{
	struct own_log_facts facts;
	struct office again;
	struct world w;

	world_make(&w);
	(void)add_mirror(&w, &w.county, "mirror");
	CHECK(restore(&w) == STATUS_OK);
	open_new(&w, &again);
	OFFICE_OK(&w, own_kept_facts(&again.house, &facts, &w.err));
	CHECK(facts.elsewhere && facts.size == 2);
	CHECK(own_log_decide(&facts) == OWN_LOG_NOBODY);
	office_close(&again);
	world_end(&w);
}

static void the_largest_that_any_source_shows_is_taken(void)
{
	struct restore_source *old, *new;
	struct world w;

	world_make(&w);
	old = add_mirror(&w, &w.county, "old");
	publish(&w, &w.county, "3");
	new = add_mirror(&w, &w.county, "new-mirror");
	CHECK(restore(&w) == STATUS_OK);
	CHECK(w.done.size == 3 && old->size == 2 && new->size == 3);
	world_end(&w);
}

/* The checkpoint is good, and what it names is not there: the log is taken
 * from who has it, and it is known that more was signed. */
static void what_a_source_lacks_another_has(void)
{
	struct restore_source *broken;
	struct log_info log;
	char name[300];
	struct world w;

	world_make(&w);
	(void)add_mirror(&w, &w.county, "old");
	publish(&w, &w.county, "3");
	broken = add_mirror(&w, &w.county, "broken");
	log = own_log(&w.county);
	(void)snprintf(name, sizeof(name),
		       "broken/tlog/%s/tile/entries/000.p/3", log.hash);
	CHECK(has(&w, name));
	put(&w, name, "rubbish");
	CHECK(restore(&w) == STATUS_OK);
	CHECK(w.done.size == 2 && w.done.seen == 3);
	CHECK(broken->why[0] != 0);
	world_end(&w);
}

static void two_histories_are_no_office(void)
{
	struct log_info log;
	struct buf entry = BUF_INIT;
	struct bytes bytes;
	struct world w;

	world_make(&w);
	(void)add_mirror(&w, &w.county, "first");
	/* As if the disk had been put back to before the second lesson. */
	office_close(&w.county);
	CHECK(unlink(scratch_path(&w.scratch, "county/node.db")) == 0);
	put(&w, "county/publisher.new", "\n");
	office_open(&w.county);
	log = own_log(&w.county);
	CHECK(log.size == 0);
	buf_puts(&entry, "{\"type\":\"other\"}");
	bytes = buf_bytes(&entry);
	for (unsigned i = 0; i < 2; i++)
		OFFICE_OK(&w, log_append(w.county.house.catalog, log.id,
					 &bytes, 1, w.keys.publisher,
					 &w.err));
	buf_release(&entry);
	(void)add_mirror(&w, &w.county, "second");
	CHECK(restore(&w) == STATUS_FORKED);
	CHECK(!has(&w, "new/node.conf"));
	world_end(&w);
}

static void without_its_log_there_is_no_office(void)
{
	struct world w;

	world_make(&w);
	(void)add_source(&w, &w.county, scratch_folder(&w.scratch, "empty"));
	CHECK(restore(&w) == STATUS_NOT_FOUND);
	CHECK(strstr(w.err.text, "--from") != NULL);
	CHECK(!has(&w, "new/node.conf"));
	/* What that left does not stand in the way of a better source. */
	CHECK(has(&w, "new/restoring") && has(&w, "new/publisher.key"));
	(void)add_mirror(&w, &w.county, "mirror");
	CHECK(restore(&w) == STATUS_OK && w.done.size == 2);
	world_end(&w);
}

static void a_source_of_another_root_is_refused(void)
{
	struct world w;

	world_make(&w);
	(void)add_mirror(&w, &w.county, "mirror");
	w.backup.fingerprint[0] ^= 1;
	CHECK(restore(&w) == STATUS_UNTRUSTED);
	CHECK(!has(&w, "new"));
	world_end(&w);
}

/* Trust note 2, in which the county's log is as `statements` say. */
static void new_trust(struct world *w, const char *statements)
{
	struct buf note = BUF_INIT;

	office_sign_trust(&w->county, 2, statements, &note);
	OFFICE_OK(w, trust_book_take_trust(&w->county.house.trust,
					   buf_bytes(&note), &w->err));
	buf_release(&note);
}

static void a_backup_from_before_the_key_was_changed_is_refused(void)
{
	char statements[VKEY_MAX + 500], vkey[VKEY_MAX + 1];
	struct secret_key *other;
	struct world w;

	world_make(&w);
	CHECK(secret_key_new(&other, w.backup.origin, KEY_ED25519) ==
	      STATUS_OK);
	public_key_format(secret_key_public(other), vkey);
	(void)snprintf(statements, sizeof(statements),
		       "publisher %s key=%s region=431081 topic=*\n",
		       w.backup.origin, vkey);
	(void)mirror(&w, &w.county, "mirror");
	new_trust(&w, statements);
	(void)add_source(&w, &w.county, scratch_path(&w.scratch, "mirror"));
	CHECK(restore(&w) == STATUS_UNTRUSTED);
	CHECK(strstr(w.err.text, "newer backup") != NULL);
	CHECK(!has(&w, "new/node.conf"));
	secret_key_free(other);
	world_end(&w);
}

static void an_office_that_is_named_no_more_has_its_history(void)
{
	struct world w;

	world_make(&w);
	(void)mirror(&w, &w.county, "mirror");
	new_trust(&w, "");
	(void)add_source(&w, &w.county, scratch_path(&w.scratch, "mirror"));
	CHECK(restore(&w) == STATUS_OK);
	CHECK(w.done.unnamed && w.done.size == 2);
	world_end(&w);
}

/* It does not answer, and is where payloads may come from later. */
static void a_source_at_a_url_becomes_a_neighbour(void)
{
	struct restore_source *s;
	struct office again;
	struct world w;

	world_make(&w);
	(void)add_mirror(&w, &w.county, "mirror");
	s = add_source(&w, &w.county, "http://127.0.0.1:9");
	CHECK(restore(&w) == STATUS_OK);
	CHECK(w.done.size == 2 && s->size == 0 && s->why[0] != 0);
	open_new(&w, &again);
	CHECK(again.house.conf.neighbours == 1);
	CHECK(strcmp(again.house.conf.neighbour[0], "http://127.0.0.1:9") ==
	      0);
	office_close(&again);
	world_end(&w);
}

static void a_catalog_without_a_node_is_not_written_over(void)
{
	struct world w;

	world_make(&w);
	(void)add_mirror(&w, &w.county, "mirror");
	(void)scratch_folder(&w.scratch, "new");
	put(&w, "new/node.db", "of a node that lost its node.conf");
	CHECK(restore(&w) == STATUS_EXISTS);
	CHECK(!has(&w, "new/restoring") && !has(&w, "new/publisher.key"));
	/* What an attempt left that was cut off is begun anew. */
	put(&w, "new/restoring", "\n");
	CHECK(restore(&w) == STATUS_OK && w.done.size == 2);
	world_end(&w);
}

static void keys_without_a_node_are_not_written_over(void)
{
	static const char *const keys[] = { "publisher.key", "records.key",
					    "ack.key", "node.key" };
	struct world w;

	world_make(&w);
	(void)add_mirror(&w, &w.county, "mirror");
	(void)scratch_folder(&w.scratch, "new");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char name[40];
		struct stat st;

		(void)snprintf(name, sizeof(name), "new/%s", keys[i]);
		put(&w, name, "secret");
		CHECK(restore(&w) == STATUS_EXISTS);
		CHECK(strstr(w.err.text, keys[i]) != NULL);
		CHECK(stat(scratch_path(&w.scratch, name), &st) == 0 &&
		      st.st_size == 6);
		CHECK(unlink(scratch_path(&w.scratch, name)) == 0);
	}
	CHECK(!has(&w, "new/restoring"));
	CHECK(restore(&w) == STATUS_OK);
	world_end(&w);
}

int main(void)
{
	it_is_the_office_that_died();
	it_does_not_sign_before_others_were_asked();
	the_largest_that_any_source_shows_is_taken();
	what_a_source_lacks_another_has();
	two_histories_are_no_office();
	without_its_log_there_is_no_office();
	a_source_of_another_root_is_refused();
	a_backup_from_before_the_key_was_changed_is_refused();
	an_office_that_is_named_no_more_has_its_history();
	a_source_at_a_url_becomes_a_neighbour();
	a_catalog_without_a_node_is_not_written_over();
	keys_without_a_node_are_not_written_over();
	return 0;
}
