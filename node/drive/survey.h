/* What is on a drive, for whom and how old, for people to look at. Nothing is
 * written and nothing is taken in; what could be verified cheaply is (torrent
 * files, statements, heads of logs that are followed here), the bytes of
 * lessons are not (node/drive/inspect.h).
 *
 * The answer is what `xiangtu drive show --json` prints:
 *
 *     {"path":…, "id":32 hex or "", "made_by":…, "file_system":…,
 *      "size":n, "room":n, "read_only":bool, "parts":n, "others":bool,
 *      "lessons":[{"btmh","id","title","topic","folder","bytes":n,"there":n,
 *                  "state":"whole"|"partly"|"missing"|"damaged",
 *                  "known":bool,"wanted":bool,"held":bool,"withdrawn":bool,
 *                  "lacking":[name]}],
 *      "logs":[{"origin","size":n,"ours":n,
 *               "state":"same"|"newer"|"older"|"forked"|"not followed"|
 *                        "damaged"}],
 *      "records":[{"origin","name","size":n,"acked":n,
 *                  "state":"ok"|"damaged"}],
 *      "statements":[{"key","name","region","level","age_s":n,
 *                     "state":"same"|"newer"|"older"|"new"|"our own"|
 *                              "damaged"}],
 *      "route":[{"region","name"}]}
 *
 * Only what is from a log that is followed here has "known"; titles of others
 * are made from the folder's name. Ages are by the files' dates, which are the
 * clocks of those who wrote them.
 *
 * Threads: as the catalog. */
#ifndef NODE_DRIVE_SURVEY_H
#define NODE_DRIVE_SURVEY_H

#include <jansson.h>

#include "node/drive/mount.h"
#include "node/house.h"

/* What a survey goes by. */
struct survey {
	struct mount *m;
	struct house *house; /* opened to read; NULL where there is no node */
	uint64_t now_s;
};

/*
 * Look at all of it. `*out` is a new reference.
 *
 * Returns: STATUS_OK also for a drive with nothing of ours; STATUS_OLD for one
 *          that a newer program made; STATUS_UNREACHABLE when it was pulled
 *          out; STATUS_IO; STATUS_NO_MEMORY; what SQLite failed with.
 */
enum status survey_drive(const struct survey *s, json_t **out,
			 struct err *err);

/* Its parts, appended to the lists `to`: lessons; logs; records; statements. */
enum status survey_lessons(const struct survey *s, json_t *to,
			   struct err *err);
enum status survey_logs(const struct survey *s, json_t *to, struct err *err);
enum status survey_records(const struct survey *s, json_t *to,
			   struct err *err);
enum status survey_statements(const struct survey *s, json_t *to,
			      struct err *err);

/* Open and prove the torrent file that the drive has of a payload, else this
 * node's own. STATUS_NOT_FOUND when there is neither; as torrentfile_open(). */
enum status survey_open_torrent(const struct survey *s,
				const uint8_t btmh[static 32],
				struct torrentfile **out, struct err *err);

/* "FAT32", "exFAT", "NTFS or FUSE", "other". */
const char *survey_file_system(enum mount_kind kind);

/* Read a list, of at most DRIVE_LIST_MAX bytes; none is an empty one. */
enum status survey_read_list(struct mount *m, enum drive_kind kind,
			     struct buf *list, struct err *err);

#endif
