/* What the files requests_*.c share. */
#ifndef NODE_REQUESTS_INTERNAL_H
#define NODE_REQUESTS_INTERNAL_H

#include "catalog/lessons.h"
#include "catalog/log.h"
#include "node/requests.h"

typedef enum status (*request_fn)(struct requests *r, const json_t *request,
				  json_t **answer, struct err *err);

enum status request_lessons(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);
enum status request_show(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
enum status request_pin(struct requests *r, const json_t *request,
			json_t **answer, struct err *err);
enum status request_drop(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
enum status request_subscribe(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err);
enum status request_damaged(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);
enum status request_held(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
enum status request_status(struct requests *r, const json_t *request,
			   json_t **answer, struct err *err);
enum status request_trust(struct requests *r, const json_t *request,
			  json_t **answer, struct err *err);
enum status request_delegate(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err);
enum status request_undelegate(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
/* Those who publish by delegation, nearest to the trust note first; and
 * delegations that count for nothing. */
json_t *request_delegations_json(struct requests *r);
json_t *request_voids_json(struct requests *r);
enum status request_join_file(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err);
enum status request_publish(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);
enum status request_withdraw(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err);
enum status request_station_accept(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err);
enum status request_station_list(struct requests *r, const json_t *request,
				 json_t **answer, struct err *err);
enum status request_station_end(struct requests *r, const json_t *request,
				json_t **answer, struct err *err);
enum status request_records(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);
enum status request_records_import(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err);
enum status request_records_to(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
enum status request_tell(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
enum status request_told(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
/* What waits for the offices, as sealing_facts() has it, and "trouble" where
 * the last round could not go; NULL where that is not known. */
json_t *request_sent_json(struct requests *r);
enum status request_records_send(struct requests *r, const json_t *request,
				 json_t **answer, struct err *err);
enum status request_record_add(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
/* Each of those of node/office/office_work.h. */
enum status request_office(struct requests *r, const json_t *request,
			   json_t **answer, struct err *err);
enum status request_cards_taken(struct requests *r, const json_t *request,
				json_t **answer, struct err *err);
enum status request_cards_issue(struct requests *r, const json_t *request,
				json_t **answer, struct err *err);
enum status request_cards_end(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err);
enum status request_root_take(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err);
enum status request_trust_take(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
enum status request_log_take(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err);
enum status request_log_next(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err);
enum status request_log_body(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err);
enum status request_log_missing(struct requests *r, const json_t *request,
				json_t **answer, struct err *err);
enum status request_log_drop(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err);
enum status request_log_given(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err);
enum status request_indexed(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);
enum status request_statement_take(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err);
enum status request_own_statement(struct requests *r, const json_t *request,
				  json_t **answer, struct err *err);
enum status request_drive_progress(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err);
enum status request_drive_done(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
enum status request_unlock(struct requests *r, const json_t *request,
			   json_t **answer, struct err *err);
enum status request_lock(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
enum status request_secret_set(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
enum status request_secrets(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);
enum status request_reset_code(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
/* How each key of an office is: "locked", "unlocked" or "unprotected". */
json_t *request_keys_json(const struct house *house);
/* The last visit of a drive, for `status`; NULL when there was none. */
enum status request_evidence(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err);
enum status request_evidence_text(struct requests *r, const json_t *request,
				  json_t **answer, struct err *err);
enum status request_evidence_take(struct requests *r, const json_t *request,
				  json_t **answer, struct err *err);
enum status request_witness_key(struct requests *r, const json_t *request,
				json_t **answer, struct err *err);
/* A checkpoint has gained lines of witnesses: what follows from that. */
void request_lines_changed(struct requests *r, int64_t log);
/* Add to a log's JSON how many witnesses stand behind it, and for how long its
 * office was not heard; to the status the latter of the trust note. */
void request_put_heard(struct requests *r, const struct log_info *info,
		       json_t *log);
void request_put_trust_heard(struct requests *r, json_t *status);
/* Where the histories of a forked log part: {proven, differ_at, agree_up_to};
 * or, where there is no proof, whether it is its parent's end that differs:
 * {proven, ended_elsewhere}. */
json_t *request_fork_json(struct requests *r, const char *origin);
json_t *request_drive_last(struct requests *r);

enum status request_lend(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
enum status request_lent_back(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err);

enum status request_drive_here(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);
enum status request_drive_gone(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err);

enum status request_room(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err);
enum status request_journal(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);
enum status request_withdrawals(struct requests *r, const json_t *request,
				json_t **answer, struct err *err);
/* Add to a withdrawn lesson's JSON who has obeyed. */
void request_put_withdrawal(struct requests *r, const char *id, json_t *lesson);
/* How full the cache is, with the last deletion as `last`; NULL when it cannot
 * be told. */
json_t *request_cache_json(struct requests *r);
/* Where no node runs: make room for a payload that is about to be written.
 * STATUS_NO_ROOM. */
enum status request_room_alone(struct requests *r, const uint8_t *btmh,
			       struct err *err);

/* Put "fingerprint", "words_zh" and "words_en" into `object`. */
void request_put_words(json_t *object, const uint8_t *fingerprint);

/* The cards at "cards" (16 hex digits each), at most CARD_SHEET_MAX, as
 * int64_t one behind the other; the i-th of those. STATUS_USAGE. */
enum status request_card_ids(const json_t *request, struct buf *out,
			     struct err *err);
int64_t request_card_at(const struct buf *cards, size_t i);
/* How many bytes of ids an entry of this office may have, whole cards of `each`
 * bytes; at least one. The node is a publisher. */
size_t request_entry_room(struct requests *r, size_t each);

/* The string at `key`, or NULL when it is absent or no string. */
const char *request_text(const json_t *request, const char *key);
uint64_t request_number(const json_t *request, const char *key);
/* The 32 bytes at "btmh". STATUS_USAGE. */
enum status request_btmh(const json_t *request, uint8_t btmh[static 32],
			 struct err *err);
/* The process at "pid". STATUS_USAGE. */
enum status request_pid(const json_t *request, pid_t *pid, struct err *err);
/* Bytes written in hex at `key`. STATUS_USAGE. */
enum status request_hex(const json_t *request, const char *key,
			struct buf *out, struct err *err);
/* The lesson the request names by its "id". */
enum status request_lesson(struct requests *r, const json_t *request,
			   struct lesson_row *row, struct err *err);
/* A lesson as JSON (docs/architecture.md, "Requests"). */
json_t *lesson_json(struct requests *r, const struct lesson_row *row,
		    bool all);
/* Take in what the logs have gained, wholly. */
enum status request_index(struct requests *r, struct err *err);
/* Delegations have changed: follow who is to be followed now. */
enum status request_delegated(struct requests *r, struct err *err);
/* Append one entry to this node's own log, bring it into the index, and tell
 * the running node. */
enum status request_append(struct requests *r, struct bytes entry,
			   struct err *err);
/* STATUS_OK when this node may write to a log of its own now; as
 * own_log_may_sign() while it may not be the disk used last. */
enum status request_may_publish(struct requests *r, struct err *err);
/* What a request to publish says of a lesson; a new id where it names none. */
enum status request_fill_lesson(struct requests *r, const json_t *request,
				struct lesson *l, struct err *err);
/* The text at `key`, or `usual`; STATUS_MALFORMED when it is too long. */
enum status request_take_text(const json_t *request, const char *key,
			      char *out, size_t room, const char *usual,
			      struct err *err);
/* This node's own log is what others have of it, or more. Durable. */
enum status request_own_confirmed(struct requests *r, struct err *err);

#endif
