/* A try: counted (node/page/lockout.h), hashed on the pool (node/page/hasher.h),
 * then counted back or written down, and answered. */
#include "node/page/desk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/sessions.h"
#include "signing/locked.h"

struct desk {
	struct node *n;
	struct secrets *secrets; /* NULL: the file is damaged */
	struct err damaged;
	struct hasher *hasher;
	struct resets resets;
	int64_t relock_ms; /* 0: never by itself */
};

/* In locked memory. */
struct desk_job {
	struct hasher_job job; /* first */
	struct desk *d;
	char who[SECRET_WHO_MAX + 1];
	char hash[PASSHASH_MAX + 1];
	uint8_t secret[SECRET_MAX];
	size_t size;
	enum status status;
	struct desk_source source;
	desk_answer_cb answered;
	void *owner;
};

static uint64_t now_of(const struct desk *d)
{
	return (uint64_t)node_now(d->n);
}

enum status desk_open(struct desk **out, struct node *n, struct err *err)
{
	struct desk *d = calloc(1, sizeof(*d));
	enum status status = STATUS_NO_MEMORY;

	if (d == NULL || (d->hasher = hasher_new(n->loop)) == NULL) {
		free(d);
		return err_set(err, status, "desks");
	}
	d->n = n;
	d->damaged = (struct err)ERR_INIT;
	resets_init(&d->resets);
	status = secrets_open(&d->secrets, n->house.dir, now_of(d),
			      &d->damaged);
	if (status == STATUS_DAMAGED) {
		(void)fprintf(stderr, "xiangtu: %s\n", d->damaged.text);
	} else if (status != STATUS_OK) {
		*err = d->damaged;
		desk_free(d);
		return status;
	}
	*out = d;
	return STATUS_OK;
}

void desk_free(struct desk *d)
{
	if (d == NULL)
		return;
	secrets_free(d->secrets);
	hasher_free(d->hasher);
	free(d);
}

void desk_close(struct desk *d, void (*closed)(void *owner), void *owner)
{
	hasher_close(d->hasher, closed, owner);
}

struct desk *desk_of(struct node *n)
{
	return n->page == NULL ? NULL : n->page->desk;
}

struct hasher *desk_hasher(struct desk *d)
{
	return d->hasher;
}

struct resets *desk_resets(struct desk *d)
{
	return &d->resets;
}

/* What was counted is to be there after a restart. */
static void save(struct desk *d)
{
	struct err err = ERR_INIT;

	if (secrets_save(d->secrets, now_of(d), &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: desks: %s\n", err.text);
}

void desk_tick(struct desk *d)
{
	if (d->secrets != NULL) {
		lockout_tick(&d->secrets->lockout, now_of(d));
		if (lockout_changed(&d->secrets->lockout))
			save(d);
	}
	if (d->relock_ms != 0 && node_now(d->n) >= d->relock_ms) {
		d->relock_ms = 0;
		house_lock(&d->n->house);
	}
}

void desk_relock_after(struct desk *d, unsigned minutes)
{
	d->relock_ms = minutes == 0 ? 0 :
				      node_now(d->n) +
					      (int64_t)minutes * 60 * 1000;
}

/* --- who tries --- */

void desk_source_of(const struct http_request *request,
		    struct desk_source *out)
{
	const struct sockaddr *from = http_request_address(request);
	struct sockaddr_storage reached;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	bool known = http_request_reached(request, &reached);

	out->id = lockout_source(from, known ? (struct sockaddr *)&reached :
					       NULL);
	out->text[0] = 0;
	if (from->sa_family == AF_INET) {
		memcpy(&in, from, sizeof(in));
		(void)inet_ntop(AF_INET, &in.sin_addr, out->text,
				sizeof(out->text));
	} else if (from->sa_family == AF_INET6) {
		memcpy(&in6, from, sizeof(in6));
		(void)inet_ntop(AF_INET6, &in6.sin6_addr, out->text,
				sizeof(out->text));
	}
}

/* --- what is counted --- */

bool desk_admits(struct desk *d, const char *what,
		 const struct desk_source *source, struct desk_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	if (d->secrets == NULL) {
		answer->verdict = DESK_NONE;
		return false;
	}
	answer->verdict = DESK_WAITS;
	return lockout_admit(&d->secrets->lockout, what, source->id, now_of(d),
			     &answer->wait_s);
}

/* For people: names for counts begin with a tab. */
static void log_wrong(const char *what, const struct desk_source *source,
		      const struct desk_answer *answer)
{
	const char *name = what[0] == '\t' ? what + 1 : what;

	if (answer->left > 0)
		(void)fprintf(stderr,
			      "xiangtu: desk: wrong secret for '%s' from %s, "
			      "%u tries left\n",
			      name, source->text, answer->left);
	else
		(void)fprintf(stderr,
			      "xiangtu: desk: wrong secret for '%s' from %s, "
			      "which has to wait\n",
			      name, source->text);
}

void desk_was_wrong(struct desk *d, const char *what,
		    const struct desk_source *source,
		    struct desk_answer *answer)
{
	struct lockout *lockout = &d->secrets->lockout;

	memset(answer, 0, sizeof(*answer));
	answer->verdict = DESK_WRONG;
	answer->left = lockout_wrong(lockout, what, source->id, now_of(d));
	if (answer->left == 0)
		answer->wait_s = lockout_waits_s(lockout, what, source->id,
						 now_of(d));
	log_wrong(what, source, answer);
	save(d);
}

unsigned desk_wrong_lately(const struct desk *d)
{
	return d->secrets == NULL ? 0 :
				    lockout_wrong_lately(&d->secrets->lockout,
							 now_of(d));
}

void desk_was_right(struct desk *d, const char *what,
		    const struct desk_source *source)
{
	lockout_right(&d->secrets->lockout, what, source->id, now_of(d));
	save(d);
}

void desk_undecided(struct desk *d, const char *what,
		    const struct desk_source *source)
{
	lockout_undecided(&d->secrets->lockout, what, source->id, now_of(d));
}

/* --- trying a secret --- */

static void check_on_pool(struct hasher_job *job)
{
	struct desk_job *j = (struct desk_job *)job;

	j->status = passhash_check(j->hash,
				   (struct bytes){ j->secret, j->size });
}

static void checked(struct hasher_job *job, bool cancelled)
{
	struct desk_job *j = (struct desk_job *)job;
	struct desk_answer answer = { .verdict = DESK_RIGHT };
	const char *hash = secrets_hash(j->d->secrets, j->who);

	if (cancelled) {
		desk_undecided(j->d, j->who, &j->source);
		answer.verdict = DESK_BUSY;
	} else if (hash == NULL || strcmp(hash, j->hash) != 0) {
		/* It was changed meanwhile: what was right is so no more. */
		answer.verdict = DESK_BUSY;
	} else if (j->status == STATUS_OK) {
		desk_was_right(j->d, j->who, &j->source);
	} else {
		desk_was_wrong(j->d, j->who, &j->source, &answer);
	}
	j->answered(j->owner, &answer);
	locked_free(j);
}

static struct desk_job *new_job(struct desk *d, const char *who,
				struct bytes secret,
				const struct desk_source *source)
{
	struct desk_job *j = locked_new(sizeof(*j));

	if (j == NULL)
		return NULL;
	j->job.work = check_on_pool;
	j->job.done = checked;
	j->d = d;
	(void)snprintf(j->who, sizeof(j->who), "%s", who);
	(void)snprintf(j->hash, sizeof(j->hash), "%s",
		       secrets_hash(d->secrets, who));
	memcpy(j->secret, secret.data, secret.size);
	j->size = secret.size;
	j->source = *source;
	return j;
}

bool desk_try(struct desk *d, const char *who, struct bytes secret,
	      const struct desk_source *source, desk_answer_cb answered,
	      void *owner, struct desk_answer *at_once)
{
	struct desk_job *j;

	memset(at_once, 0, sizeof(*at_once));
	at_once->verdict = DESK_NONE;
	if (d->secrets == NULL || secrets_hash(d->secrets, who) == NULL)
		return false;
	at_once->verdict = DESK_BUSY;
	if (!hasher_has_room(d->hasher))
		return false;
	if (!desk_admits(d, who, source, at_once))
		return false;
	if (secret.size > SECRET_MAX) { /* nobody's */
		desk_was_wrong(d, who, source, at_once);
		return false;
	}
	j = new_job(d, who, secret, source);
	if (j == NULL) {
		desk_undecided(d, who, source);
		at_once->verdict = DESK_BUSY;
		return false;
	}
	j->answered = answered;
	j->owner = owner;
	hasher_add(d->hasher, &j->job);
	return true;
}

void desk_refuse(struct http_request *request,
		 const struct desk_answer *answer)
{
	switch (answer->verdict) {
	case DESK_WRONG:
		page_fail_code(request, 401, 0, STATUS_UNTRUSTED,
			       "that is not right",
			       answer->left > 0 ?
				       json_pack("{s:i}", "left",
						 (int)answer->left) :
				       json_pack("{s:i, s:i}", "left", 0,
						 "wait_s",
						 (int)answer->wait_s));
		break;
	case DESK_WAITS:
		page_fail_code(request, 429, answer->wait_s, STATUS_LIMITED,
			       "too many wrong tries: wait, or try at the "
			       "station itself",
			       json_pack("{s:i}", "wait_s",
					 (int)answer->wait_s));
		break;
	case DESK_NONE:
		page_fail_code(request, 404, 0, STATUS_NOT_FOUND,
			       "no such PIN or password is set: xiangtu "
			       "set-pin, set-password",
			       NULL);
		break;
	case DESK_BUSY:
	case DESK_RIGHT:
		page_fail_code(request, 429, 2, STATUS_BUSY,
			       "too much at once: try again", NULL);
		break;
	}
}

/* --- changing secrets --- */

static enum status is_there(const struct desk *d, struct err *err)
{
	if (d->secrets != NULL)
		return STATUS_OK;
	*err = d->damaged;
	return STATUS_DAMAGED;
}

enum status desk_set(struct desk *d, const char *who, const char *hash,
		     struct err *err)
{
	enum status status = is_there(d, err);

	if (status == STATUS_OK)
		status = secrets_set(d->secrets, who, hash, now_of(d), err);
	if (status != STATUS_OK)
		return status;
	sessions_close_all(d->n->page->sessions, who);
	resets_end(&d->resets, who);
	(void)fprintf(stderr, "xiangtu: desk: the secret of '%s' was %s\n",
		      who, hash == NULL ? "taken away" : "set");
	return STATUS_OK;
}

json_t *desk_names(struct desk *d, struct err *err)
{
	return is_there(d, err) == STATUS_OK ? secrets_names(d->secrets) :
					       NULL;
}

json_t *desk_secrets_json(struct desk *d)
{
	return d->secrets != NULL ?
		       secrets_json(d->secrets) :
		       json_pack("{s:b, s:b, s:b}", "A", false, "B", false,
				 "office", false);
}
