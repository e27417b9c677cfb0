/* A station follows a county's log and trust from a web server that is good,
 * lies, is away, or shows what it should not. */
#include "node/follower.h"

#include "catalog/log.h"
#include "node/mirror_export.h"
#include "tests/support/offices.h"
#include "tests/support/web.h"

struct world {
	struct scratch scratch;
	uv_loop_t loop;
	struct office county, station;
	struct office *here; /* who follows */
	struct web web, other;
	struct sources sources;
	struct source *source, *second;
	struct follower *follower;
	int64_t log; /* at `here` */
	struct buf note; /* the county's newest */
	unsigned grown, trusted, forked, starved;
	bool closed;
};

static void grown(void *owner, int64_t id)
{
	struct world *w = owner;

	CHECK(id == w->log);
	w->grown++;
}

static void trusted(void *owner)
{
	struct world *w = owner;

	w->trusted++;
}

static void forked(void *owner, const char *origin)
{
	struct world *w = owner;

	CHECK(strcmp(origin, w->county.house.conf.origin) == 0);
	w->forked++;
}

static void starved(void *owner, struct source *source)
{
	struct world *w = owner;

	CHECK(source == w->source || source == w->second);
	w->starved++;
}

static void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

/* Publish `count` lessons more and write the mirror that is served. */
static void publish(struct world *w, unsigned count)
{
	struct mirror_export_options options = { .no_payload = true };
	struct mirror_exported done;
	struct offered l;
	struct log_info info;

	for (unsigned i = 0; i < count; i++) {
		scratch_file(&w->scratch, "a.bin", 20000, i);
		office_publish(&w->county,
			       scratch_path(&w->scratch, "a.bin"), "课", &l);
	}
	options.dir = scratch_path(&w->scratch, "mirror");
	OFFICE_OK(&w->county, mirror_export(&w->county.house, &options, &done,
					    &w->county.err));
	OFFICE_OK(&w->county, log_find(w->county.house.catalog,
				       w->county.house.conf.origin, &info,
				       &w->county.err));
	buf_clear(&w->note);
	OFFICE_OK(&w->county, log_read_note(w->county.house.catalog, info.id,
					    &w->note, &w->county.err));
}

static void follow(struct world *w, struct office *here)
{
	struct follower_options options = {
		.loop = &w->loop,
		.house = &here->house,
		.client = w->web.client,
		.owner = w,
		.on_grown = grown,
		.on_trust = trusted,
		.on_fork = forked,
		.on_starved = starved,
	};
	struct log_info info;

	w->here = here;
	OFFICE_OK(here, log_find(here->house.catalog,
				 w->county.house.conf.origin, &info,
				 &here->err));
	w->log = info.id;
	OFFICE_OK(here, follower_open(&w->follower, &options, &here->err));
}

static void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	CHECK(uv_loop_init(&w->loop) == 0);
	office_county(&w->county, &w->scratch);
	office_station(&w->station, &w->scratch, &w->county);
	publish(w, 2);
	web_open(&w->web, &w->loop, scratch_path(&w->scratch, "mirror"));
	web_open(&w->other, &w->loop, scratch_path(&w->scratch, "mirror"));
	w->source = sources_at(&w->sources, w->web.url, 0);
	w->second = sources_at(&w->sources, w->other.url, 0);
	follow(w, &w->station);
}

static void world_end(struct world *w)
{
	follower_close(w->follower, closed);
	WEB_UNTIL(&w->web, w->closed);
	web_close(&w->web);
	web_close(&w->other);
	loop_finish(&w->loop);
	CHECK(w->source->holders == 0 && w->second->holders == 0);
	sources_release(&w->sources);
	office_close(&w->station);
	office_close(&w->county);
	buf_release(&w->note);
	scratch_release(&w->scratch);
}

static uint64_t size_here(struct world *w)
{
	struct log_info info;

	OFFICE_OK(w->here, log_get(w->here->house.catalog, w->log, &info,
				   &w->here->err));
	return info.size;
}

static void offer(struct world *w, struct source *source)
{
	follower_offer(w->follower, source, buf_bytes(&w->note));
}

static void a_log_comes_and_goes_on(void)
{
	struct world w;

	world_make(&w);
	offer(&w, w.source);
	WEB_UNTIL(&w.web, w.grown == 1);
	CHECK(size_here(&w) == 2 && w.source->ok);
	offer(&w, w.source); /* old news */
	CHECK(w.grown == 1);
	publish(&w, 1);
	offer(&w, w.source);
	WEB_UNTIL(&w.web, w.grown == 2);
	CHECK(size_here(&w) == 3 && w.starved == 0 && w.source->lies == 0);
	world_end(&w);
}

static void a_liar_is_blamed_and_the_next_is_asked(void)
{
	struct world w;

	world_make(&w);
	w.web.spoil = "/tile/entries/";
	offer(&w, w.source);
	offer(&w, w.second); /* waits its turn */
	WEB_UNTIL(&w.web, w.grown == 1);
	CHECK(size_here(&w) == 2);
	CHECK(w.source->lies == 1 && w.source->lied && w.second->lies == 0);
	CHECK(w.starved == 0);
	world_end(&w);
}

static void when_all_have_failed_new_offers_are_asked_for(void)
{
	struct world w;

	world_make(&w);
	w.web.refuse = 503;
	offer(&w, w.source);
	WEB_UNTIL(&w.web, w.starved == 1);
	CHECK(size_here(&w) == 0 && w.source->lies == 0);
	CHECK(w.source->failures == 1);
	/* It goes on when it is offered again. */
	w.web.refuse = 0;
	offer(&w, w.source);
	WEB_UNTIL(&w.web, w.grown == 1);
	CHECK(w.source->failures == 0);
	world_end(&w);
}

static void nonsense_is_a_lie_or_nothing(void)
{
	static const char *const notes[] = { "", "\n", "nobody/here\n1\nAAAA\n",
					     "no line at all" };
	struct world w;
	struct buf long_note = BUF_INIT;

	world_make(&w);
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		follower_offer(w.follower, w.source, bytes_of(notes[i]));
	CHECK(w.source->lies == 0); /* a log we do not follow, if anything */
	buf_put_bytes(&long_note, buf_bytes(&w.note));
	while (long_note.size < (1 << 20))
		buf_puts(&long_note, "— padding\n");
	follower_offer(w.follower, w.source, buf_bytes(&long_note));
	buf_release(&long_note);
	w.note.data[w.note.size - 5] ^= 1;
	offer(&w, w.source);
	CHECK(w.source->lies == 1 && w.starved == 1 && w.grown == 0);
	world_end(&w);
}

static void nobody_is_blamed_for_a_log_we_no_longer_follow(void)
{
	struct world w;
	struct buf note = BUF_INIT;

	world_make(&w);
	office_sign_trust(&w.county, 2, "", &note);
	OFFICE_OK(&w.station,
		  trust_book_take_trust(&w.station.house.trust,
					buf_bytes(&note), &w.station.err));
	buf_release(&note);
	offer(&w, w.source);
	web_pass(&w.web, 50);
	CHECK(w.source->lies == 0 && w.source->failures == 0);
	CHECK(w.grown == 0 && w.starved == 0 && w.web.asked == 0);
	world_end(&w);
}

static void newer_trust_comes_from_whoever_has_it(void)
{
	struct world w;
	struct buf note = BUF_INIT;
	FILE *file;

	world_make(&w);
	office_sign_trust(&w.county, 2, "", &note);
	file = fopen(scratch_path(&w.scratch, "mirror/trust/trust.note"), "w");
	CHECK(file != NULL);
	CHECK(fwrite(note.data, 1, note.size, file) == note.size);
	CHECK(fclose(file) == 0);
	follower_offer_trust(w.follower, w.source, 1, 1);
	CHECK(w.web.asked == 0); /* nothing new */
	follower_offer_trust(w.follower, w.source, 1, 2);
	WEB_UNTIL(&w.web, w.trusted == 1);
	CHECK(w.station.house.trust.trust.version == 2);
	/* A root it does not have: one question, then it rests. */
	follower_offer_trust(w.follower, w.source, 9, 9);
	WEB_UNTIL(&w.web, w.starved == 1);
	CHECK(w.station.house.trust.root.version == 1);
	CHECK(!source_is_fit(w.source, (int64_t)uv_now(&w.loop)));
	buf_release(&note);
	world_end(&w);
}

static void while_trust_is_on_its_way_nobody_lies(void)
{
	struct world w;

	world_make(&w);
	w.note.data[w.note.size - 5] ^= 1; /* by a key we do not know */
	follower_offer_trust(w.follower, w.second, 1, 2);
	offer(&w, w.source);
	CHECK(w.source->lies == 0 && w.starved == 1);
	world_end(&w);
}

static void another_history_is_a_fork(void)
{
	struct world w;
	struct buf text = BUF_INIT, note = BUF_INIT;
	uint8_t root[32] = { 7 };
	char encoded[64];

	world_make(&w);
	offer(&w, w.source);
	WEB_UNTIL(&w.web, w.grown == 1);
	base64_encode((struct bytes){ root, 32 }, encoded);
	buf_printf(&text, "%s\n2\n%s\n", w.county.house.conf.origin, encoded);
	CHECK(note_sign(buf_bytes(&text), w.county.house.publisher_key,
			&note) == STATUS_OK);
	follower_offer(w.follower, w.source, buf_bytes(&note));
	CHECK(w.forked == 1 && w.source->lies == 0);
	follower_offer(w.follower, w.second, buf_bytes(&note));
	CHECK(w.forked == 1); /* it is no longer looked at */
	buf_release(&text);
	buf_release(&note);
	world_end(&w);
}

static void a_publisher_gets_back_what_its_disk_has_lost(void)
{
	struct world w;
	struct office restored;
	char command[9000];
	struct offered l;

	world_make(&w);
	/* A copy of the directory from before the last lesson. */
	office_close(&w.county);
	(void)snprintf(command, sizeof(command), "cp -r '%s' '%s.old'",
		       w.county.dir, w.county.dir);
	CHECK(system(command) == 0);
	office_open(&w.county);
	publish(&w, 1);
	office_close(&w.county);
	memset(&restored, 0, sizeof(restored));
	(void)snprintf(restored.dir, sizeof(restored.dir), "%.4000s.old",
		       w.county.dir);
	office_open(&restored);
	follower_close(w.follower, closed);
	WEB_UNTIL(&w.web, w.closed);
	w.closed = false;
	follow(&w, &restored);
	CHECK(size_here(&w) == 2);
	/* While it is known that more was signed, nothing is signed. */
	w.web.refuse = 503;
	offer(&w, w.source);
	WEB_UNTIL(&w.web, w.starved == 1);
	scratch_file(&w.scratch, "b.bin", 20000, 77);
	CHECK(office_refuses(&restored,
			     json_pack("{s:s, s:s}", "verb", "withdraw", "id",
				       "0000")) != STATUS_OK);
	w.web.refuse = 0;
	offer(&w, w.source);
	WEB_UNTIL(&w.web, w.grown == 1);
	CHECK(size_here(&w) == 3);
	office_index(&restored);
	office_publish(&restored, scratch_path(&w.scratch, "b.bin"), "课",
		       &l);
	CHECK(size_here(&w) == 4);
	follower_close(w.follower, closed);
	WEB_UNTIL(&w.web, w.closed);
	w.closed = false;
	office_close(&restored);
	office_open(&w.county);
	follow(&w, &w.station);
	world_end(&w);
}

static void it_closes_in_the_middle_of_things(void)
{
	struct world w;

	for (unsigned rounds = 0; rounds < 6; rounds++) {
		world_make(&w);
		offer(&w, w.source);
		offer(&w, w.second);
		follower_offer_trust(w.follower, w.second, 1, 2);
		for (unsigned i = 0; i < rounds; i++)
			web_pass(&w.web, 1);
		world_end(&w);
	}
}

int main(void)
{
	a_log_comes_and_goes_on();
	a_liar_is_blamed_and_the_next_is_asked();
	when_all_have_failed_new_offers_are_asked_for();
	nonsense_is_a_lie_or_nothing();
	nobody_is_blamed_for_a_log_we_no_longer_follow();
	newer_trust_comes_from_whoever_has_it();
	while_trust_is_on_its_way_nobody_lies();
	another_history_is_a_fork();
	a_publisher_gets_back_what_its_disk_has_lost();
	it_closes_in_the_middle_of_things();
	return 0;
}
