/* What is kept on disk of who has seen this node's own log (node/own_log.h).
 *
 * Continuity is what an old disk image, a directory copied back and a new
 * computer all break: the boot (/proc/sys/kernel/random/boot_id) and the file
 * node.db itself (device, inode, and when it was made, where the file system
 * tells). A confirmation counts as long as both are what they were then. What
 * stays the same when somebody overwrites node.db in place while the computer
 * runs is told in docs/decisions/0016-never-fork.md.
 *
 * Threads: as the catalog. Errors not named are SQLite's. */
#ifndef NODE_OWN_KEPT_H
#define NODE_OWN_KEPT_H

#include "catalog/log.h"
#include "node/own_log.h"

struct house;

/* A file beside node.conf that `init` leaves where it makes a log: the first
 * database there is new because the log is. One that is new without it has
 * taken the place of a lost one. */
#define OWN_KEPT_NEW_LOG "publisher.new"

/*
 * This node's own log of lessons; STATUS_NOT_FOUND (err untouched) when it has
 * none, or not its key.
 */
enum status own_kept_log(const struct house *h, struct log_info *log,
			 struct err *err);

/* Before the log is begun in this database: is it new itself, or did this disk
 * lose it? Durable. */
enum status own_kept_begin(struct house *h, struct err *err);
/* It is in the database now, and new no longer. */
void own_kept_begun(const struct house *h);

/* The state on disk was signed, or confirmed, just now. Durable. */
enum status own_kept_confirm(struct house *h, struct err *err);
/* Somebody has shown a head that is not above ours, which alone is not
 * enough. Durable. */
enum status own_kept_shown(struct house *h, struct err *err);
/* Somebody else is given, or has, a part of the log. Durable. */
enum status own_kept_elsewhere(struct house *h, struct err *err);

/* While nothing is confirmed, a drive that got its copy of the log here and now
 * says nothing about others when it shows it again. Durable; forgotten with the
 * continuity. OWN_KEPT_DRIVES of them are remembered at least; one that came
 * when there was no more room counts as one from elsewhere. */
enum { OWN_KEPT_DRIVES = 64 };
enum status own_kept_to_drive(struct house *h, const char *drive,
			      struct err *err);
bool own_kept_is_from_here(struct house *h, const char *drive);

/*
 * What a directory knows without a running node. `alone` is false.
 *
 * Returns: STATUS_NOT_FOUND (err untouched) as own_kept_log().
 */
enum status own_kept_facts(struct house *h, struct own_log_facts *facts,
			   struct err *err);

#endif
