/* What the operator chose, and the lessons that follow from it.
 *
 * A pin or a drop concerns one lesson and is done at once. A subscription may
 * concern all of them: "index.look" holds the row to go on from, and steps
 * move it along until it is gone. */
#include <string.h>

#include "catalog/index_inside.h"
#include "catalog/lessonrow.h"
#include "catalog/sql.h"

static const char look_key[] = "index.look";
static const char place_key[] = "index.place";

const struct want_place *index_place(const struct index *x)
{
	return &x->place;
}

static enum status read_subscriptions(struct index *x, struct err *err)
{
	static const char list[] =
		"SELECT topic, region, exclude FROM subscription"
		" ORDER BY topic, region, exclude";
	struct subscription *s = x->subscriptions;
	size_t count = 0;
	enum status status;
	struct sql q;

	sql_start(&q, x->c, list);
	while (count < INDEX_SUBSCRIPTIONS_MAX && sql_next(&q)) {
		memset(s, 0, sizeof(*s));
		if (bytes_to_string(bytes_of(sql_text(&q, 0)), s->topic,
				    sizeof(s->topic)) != STATUS_OK ||
		    bytes_to_string(bytes_of(sql_text(&q, 1)), s->region,
				    sizeof(s->region)) != STATUS_OK)
			continue;
		s->exclude = sql_int(&q, 2) != 0;
		s++;
		count++;
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		x->place.subscription_count = count;
	return status;
}

enum status index_open_place(struct index *x, struct err *err)
{
	struct buf before = BUF_INIT;
	struct buf now = BUF_INIT;
	enum status status;

	status = read_subscriptions(x, err);
	if (status != STATUS_OK)
		return status;
	buf_printf(&now, "%s %s", level_name(x->place.level),
		   x->place.region);
	status = catalog_get_blob(x->c, place_key, &before, err);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK &&
	    (now.failed || before.failed))
		status = err_set(err, STATUS_NO_MEMORY, "open the index");
	if (status == STATUS_OK &&
	    !bytes_equal(buf_bytes(&now), buf_bytes(&before))) {
		status = catalog_begin(x->c, CATALOG_DERIVED, err);
		if (status == STATUS_OK)
			status = catalog_set_blob(x->c, place_key,
						  buf_bytes(&now), err);
		if (status == STATUS_OK)
			status = catalog_set_int(x->c, look_key, 0, err);
		if (status == STATUS_OK)
			status = catalog_commit(x->c, err);
		if (status != STATUS_OK)
			catalog_rollback(x->c);
	}
	buf_release(&before);
	buf_release(&now);
	return status;
}

enum status index_to_look(struct index *x, bool *to_do, struct err *err)
{
	int64_t row;
	enum status status = catalog_get_int(x->c, look_key, &row, err);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*to_do = status == STATUS_OK;
	return STATUS_OK;
}

enum status index_look_at_all(struct index *x, struct err *err)
{
	return catalog_set_int(x->c, look_key, 0, err);
}

static enum status set_wanted(struct index *x, int64_t row, enum choice choice,
			      bool wanted, enum want_reason why,
			      struct err *err)
{
	static const char update[] =
		"UPDATE lesson SET choice = ?, wanted = ?, why = ?"
		" WHERE row = ?";
	struct sql q;

	sql_start(&q, x->c, update);
	sql_put_int(&q, choice);
	sql_put_int(&q, wanted);
	sql_put_int(&q, why);
	sql_put_int(&q, row);
	return sql_run(&q, err);
}

/* Decide again about the lesson in the present row of `q`. */
static enum status look_at(struct index *x, struct sql *q, struct err *err)
{
	enum choice choice = (enum choice)sql_int(q, 3);
	enum want_reason why;
	bool wanted = want_decide(&x->place,
				  &(struct want_facts){
					  .topic = sql_text(q, 1),
					  .region = sql_text(q, 2),
					  .choice = choice,
					  .withdrawn = sql_int(q, 4) != 0 },
				  &why);
	struct bytes btmh = sql_blob(q, 7);
	enum status status;
	bool same = wanted == (sql_int(q, 5) != 0) &&
		    why == (enum want_reason)sql_int(q, 6);

	if (same && sql_int(q, 8) == 0)
		return STATUS_OK;
	status = set_wanted(x, sql_int(q, 0), choice, wanted, why, err);
	if (status == STATUS_OK)
		status = index_renditions(x, sql_int(q, 0), wanted, err);
	if (status == STATUS_OK && btmh.size == LESSON_BTMH_SIZE)
		index_note(x, btmh.data, sql_int(q, 0), false);
	return status;
}

enum status index_look_at_row(struct index *x, int64_t row, struct err *err)
{
	static const char find[] =
		"SELECT row, topic, region, choice, withdrawn, wanted, why,"
		" btmh, 1 FROM lesson WHERE row = ?";
	enum status status = STATUS_OK, finished;
	struct err ignored = ERR_INIT;
	struct sql q;

	sql_start(&q, x->c, find);
	sql_put_int(&q, row);
	if (sql_next(&q))
		status = look_at(x, &q, err);
	finished = sql_finish(&q, status == STATUS_OK ? err : &ignored);
	return status == STATUS_OK ? finished : status;
}

enum status index_look_again(struct index *x, unsigned max, unsigned *did,
			     struct err *err)
{
	static const char list[] =
		"SELECT row, topic, region, choice, withdrawn, wanted, why,"
		" btmh, EXISTS (SELECT 1 FROM rendition r"
		" WHERE r.row = lesson.row)"
		" FROM lesson WHERE row > ? ORDER BY row LIMIT ?";
	enum status status, finished;
	struct err ignored = ERR_INIT;
	int64_t from;
	struct sql q;

	*did = 0;
	status = catalog_get_int(x->c, look_key, &from, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	sql_start(&q, x->c, list);
	sql_put_int(&q, from);
	sql_put_int(&q, max);
	while (status == STATUS_OK && sql_next(&q)) {
		status = look_at(x, &q, err);
		from = sql_int(&q, 0);
		++*did;
	}
	finished = sql_finish(&q, status == STATUS_OK ? err : &ignored);
	if (status == STATUS_OK)
		status = finished;
	if (status != STATUS_OK)
		return err_wrap(err, "decide again what is wanted");
	return *did < max ? catalog_unset(x->c, look_key, err) :
			    catalog_set_int(x->c, look_key, from, err);
}

static enum status write_choice(struct index *x, const char *id,
				enum choice choice, struct err *err)
{
	static const char put[] = "INSERT OR REPLACE INTO choice (id, choice)"
				  " VALUES (?, ?)";
	static const char remove[] = "DELETE FROM choice WHERE id = ?";
	struct sql q;

	sql_start(&q, x->c, choice == CHOICE_NONE ? remove : put);
	sql_put_text(&q, id);
	if (choice != CHOICE_NONE)
		sql_put_int(&q, choice);
	return sql_run(&q, err);
}

enum status index_choose(struct index *x, const struct lesson_row *row,
			 enum choice choice, struct err *err)
{
	enum want_reason why;
	bool wanted = want_decide(&x->place,
				  &(struct want_facts){
					  .topic = row->lesson.topic,
					  .region = row->lesson.region,
					  .choice = choice,
					  .withdrawn = row->withdrawn },
				  &why);
	enum status status = catalog_begin(x->c, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	status = write_choice(x, row->lesson.id, choice, err);
	if (status == STATUS_OK)
		status = set_wanted(x, row->row, choice, wanted, why, err);
	if (status == STATUS_OK)
		status = index_renditions(x, row->row, wanted, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK) {
		catalog_rollback(x->c);
		return err_wrap(err, "remember the choice");
	}
	index_note(x, row->lesson.btmh, row->row, false);
	return STATUS_OK;
}

static enum status check_subscription(const struct subscription *s,
				      struct err *err)
{
	if (s->topic[0] == 0 && s->region[0] == 0)
		return err_set(err, STATUS_MALFORMED,
			       "neither a topic nor a region");
	if (s->topic[0] != 0 && topic_check(s->topic) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "'%s' is not a topic",
			       s->topic);
	if (s->region[0] != 0 && region_check(s->region) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "'%s' is not a region",
			       s->region);
	return STATUS_OK;
}

/* Run one statement over a subscription; STATUS_NOT_FOUND (no err) when it
 * changed no row. */
static enum status change(struct index *x, const char *text,
			  const struct subscription *s, struct err *err)
{
	enum status status = catalog_begin(x->c, CATALOG_DURABLE, err);
	bool changed = false;
	struct sql q;

	if (status != STATUS_OK)
		return status;
	sql_start(&q, x->c, text);
	sql_put_text(&q, s->topic);
	sql_put_text(&q, s->region);
	sql_put_int(&q, s->exclude);
	status = sql_run(&q, err);
	changed = status == STATUS_OK && sql_changes(x->c) > 0;
	if (changed)
		status = catalog_set_int(x->c, look_key, 0, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK) {
		catalog_rollback(x->c);
		return err_wrap(err, "remember the subscription");
	}
	return changed ? read_subscriptions(x, err) : STATUS_NOT_FOUND;
}

enum status index_subscribe(struct index *x, const struct subscription *s,
			    struct err *err)
{
	static const char put[] = "INSERT OR IGNORE INTO subscription"
				  " (topic, region, exclude) VALUES (?, ?, ?)";
	enum status status = check_subscription(s, err);

	if (status != STATUS_OK)
		return status;
	if (x->place.subscription_count == INDEX_SUBSCRIPTIONS_MAX)
		return err_set(err, STATUS_NO_ROOM,
			       "more than %d subscriptions",
			       INDEX_SUBSCRIPTIONS_MAX);
	status = change(x, put, s, err);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_EXISTS, "subscribed already");
	return status;
}

enum status index_unsubscribe(struct index *x, const struct subscription *s,
			      struct err *err)
{
	static const char remove[] =
		"DELETE FROM subscription"
		" WHERE topic = ? AND region = ? AND exclude = ?";
	enum status status = change(x, remove, s, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_NOT_FOUND, "no such subscription");
	return status;
}
