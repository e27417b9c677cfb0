/* One function a verb, each in its cmd_<verb>.c. */
#ifndef NODE_CLI_VERBS_H
#define NODE_CLI_VERBS_H

#include "node/cli/cli.h"
#include "node/control_client.h"

enum status cmd_init(struct cli *cli, struct err *err);
enum status cmd_run(struct cli *cli, struct err *err);
enum status cmd_unlock(struct cli *cli, struct err *err);
enum status cmd_lock(struct cli *cli, struct err *err);
/* Which keys of an office are locked, where some are. */
void cli_print_locked(const json_t *keys);
enum status cmd_publish(struct cli *cli, struct err *err);
enum status cmd_withdraw(struct cli *cli, struct err *err);
enum status cmd_lessons(struct cli *cli, struct err *err);
enum status cmd_show(struct cli *cli, struct err *err);
enum status cmd_get(struct cli *cli, struct err *err);
enum status cmd_pin(struct cli *cli, struct err *err);
enum status cmd_drop(struct cli *cli, struct err *err);
enum status cmd_subscribe(struct cli *cli, struct err *err);
enum status cmd_status(struct cli *cli, struct err *err);
enum status cmd_neighbours(struct cli *cli, struct err *err);
enum status cmd_transfers(struct cli *cli, struct err *err);
enum status cmd_journal(struct cli *cli, struct err *err);
/* How full the cache is, as `status` says it; NULL prints nothing. */
void cli_print_cache(const json_t *cache);
/* How long ago the news were, for a column. */
void cli_heard(const json_t *news, bool clock_good, char out[static 96]);
/* What `status` says of witnesses, of offices that were not heard for long, and
 * of logs with two histories. */
void cli_print_heard(const json_t *status);
/* Who has obeyed a withdrawal; NULL prints nothing. */
void cli_print_confirmations(const json_t *withdrawal);
enum status cmd_check(struct cli *cli, struct err *err);
enum status cmd_station_accept(struct cli *cli, struct err *err);
enum status cmd_station_reset_pin(struct cli *cli, struct err *err);
enum status cmd_set_pin(struct cli *cli, struct err *err);
enum status cmd_set_password(struct cli *cli, struct err *err);
enum status cmd_station_list(struct cli *cli, struct err *err);
enum status cmd_station_end(struct cli *cli, struct err *err);
enum status cmd_drive_plan(struct cli *cli, struct err *err);
enum status cmd_trust_show(struct cli *cli, struct err *err);
enum status cmd_trust_key_new(struct cli *cli, struct err *err);
enum status cmd_trust_key_show(struct cli *cli, struct err *err);
enum status cmd_trust_key_change(struct cli *cli, struct err *err);
enum status cmd_trust_key_backup(struct cli *cli, struct err *err);
enum status cmd_trust_init(struct cli *cli, struct err *err);
enum status cmd_trust_sign(struct cli *cli, struct err *err);
enum status cmd_trust_accept(struct cli *cli, struct err *err);
enum status cmd_trust_renew(struct cli *cli, struct err *err);
enum status cmd_trust_revoke(struct cli *cli, struct err *err);
enum status cmd_trust_publisher_add(struct cli *cli, struct err *err);
enum status cmd_trust_publisher_change(struct cli *cli, struct err *err);
enum status cmd_trust_publisher_remove(struct cli *cli, struct err *err);
enum status cmd_trust_witness_add(struct cli *cli, struct err *err);
enum status cmd_trust_witness_remove(struct cli *cli, struct err *err);
enum status cmd_trust_recipient_add(struct cli *cli, struct err *err);
enum status cmd_trust_recipient_remove(struct cli *cli, struct err *err);
enum status cmd_trust_delegate(struct cli *cli, struct err *err);
enum status cmd_trust_undelegate(struct cli *cli, struct err *err);
/* Whom publishers have delegated to, as a tree below those the trust note
 * names; `trust` is the answer of `trust`. */
void cli_print_delegations(const json_t *trust);
enum status cmd_trust_key_renew_records(struct cli *cli, struct err *err);
enum status cmd_trust_join_file(struct cli *cli, struct err *err);
enum status cmd_trust_evidence(struct cli *cli, struct err *err);
enum status cmd_trust_evidence_verify(struct cli *cli, struct err *err);
enum status cmd_trust_witness_key(struct cli *cli, struct err *err);
enum status cmd_records(struct cli *cli, struct err *err);
enum status cmd_records_add(struct cli *cli, struct err *err);
enum status cmd_records_tell_wish(struct cli *cli, struct err *err);
enum status cmd_records_tell_fault(struct cli *cli, struct err *err);
enum status cmd_records_tell_equipment(struct cli *cli, struct err *err);
enum status cmd_records_told(struct cli *cli, struct err *err);
/* What waits for the offices, as `status` and `records told` say it. */
void cli_print_sent(const json_t *sent);
enum status cmd_records_import(struct cli *cli, struct err *err);
enum status cmd_records_send(struct cli *cli, struct err *err);
enum status cmd_records_read(struct cli *cli, struct err *err);
enum status cmd_cards_issue(struct cli *cli, struct err *err);
enum status cmd_cards_renew(struct cli *cli, struct err *err);
enum status cmd_cards_list(struct cli *cli, struct err *err);
enum status cmd_cards_end(struct cli *cli, struct err *err);
enum status cmd_cards_forget(struct cli *cli, struct err *err);
enum status cmd_report_month(struct cli *cli, struct err *err);
enum status cmd_report_close(struct cli *cli, struct err *err);
enum status cmd_report_attention(struct cli *cli, struct err *err);
enum status cmd_report_register(struct cli *cli, struct err *err);
enum status cmd_report_ledger(struct cli *cli, struct err *err);
enum status cmd_report_export(struct cli *cli, struct err *err);
enum status cmd_drive_prepare(struct cli *cli, struct err *err);
enum status cmd_drive_show(struct cli *cli, struct err *err);
enum status cmd_drive_check(struct cli *cli, struct err *err);
enum status cmd_log_export(struct cli *cli, struct err *err);
enum status cmd_log_verify(struct cli *cli, struct err *err);
enum status cmd_drive_sync(struct cli *cli, struct err *err);

/*
 * Put a request to the running node, or, when none runs, to the data
 * directory itself. docs/architecture.md, "Requests".
 *
 * Owns:    takes `request`; `*result` is the caller's.
 * Returns: the status the answer carries, with its text.
 */
enum status cli_ask(const struct cli *cli, json_t *request, json_t **result,
		    struct err *err);
/* The same for what may take long: as door_watch() (node/drive/door.h). */
enum status cli_ask_watching(const struct cli *cli, json_t *request,
			     control_progress_cb told, void *owner,
			     json_t **result, struct err *err);

/*
 * As cli_ask(), for what this office signs: while the node still asks others
 * whether they have more of its log (STATUS_BUSY) this says so and waits, at
 * most CLI_SIGN_WAIT_S; --alone goes along.
 */
enum { CLI_SIGN_WAIT_S = 45 };
enum status cli_ask_to_sign(const struct cli *cli, json_t *request,
			    json_t **result, struct err *err);

/* Show an answer: as JSON where that is wanted, else by `print`. Takes it. */
void cli_show(const struct cli *cli, json_t *answer,
	      void (*print)(const json_t *answer));

/*
 * Ask for a list and show it: as JSON where that is wanted, else the sentence
 * `none` (translated; NULL for none) when it is empty, else by `print`. Takes
 * `request`.
 */
enum status cli_show_list(struct cli *cli, json_t *request, const char *none,
			  void (*print)(const json_t *list), struct err *err);

/* As cli_ask(), but of a running node only: STATUS_UNREACHABLE when none
 * runs. */
enum status cli_ask_node(const struct cli *cli, json_t *request,
			 json_t **result, struct err *err);

/* An age as people say it, translated: "just now", "3 h ago", "41 days ago". */
void cli_age(uint64_t seconds, char out[static 64]);
/* How long ago that was; "never" for 0. */
void cli_ago(uint64_t when_s, char out[static 64]);

/* Why something does not come, translated where nodes say it often. */
enum { CLI_TROUBLE_ROOM = 300 };
void cli_trouble(const char *text, char out[static CLI_TROUBLE_ROOM]);

/* The string or number at `key`, or "" / 0. */
const char *cli_text(const json_t *object, const char *key);
uint64_t cli_number(const json_t *object, const char *key);

#endif
