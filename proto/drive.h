/* Where things are on a drive, and the small texts that say so. The format of
 * record is docs/drive.md.
 *
 *     乡土课件/<topic>/<title>/…     the files of lessons, as any TV plays them
 *     .xiangtu/drive.json            whose drive it is: id, format version
 *     .xiangtu/trust/…               as over HTTP: a drive is a static mirror
 *     .xiangtu/tlog/<origin hash>/…
 *     .xiangtu/blob/<sha256>  torrent/<btmh>  join.json
 *     .xiangtu/place/<btmh>          where the files of a lesson are
 *     .xiangtu/part/<btmh>/…         a lesson that is not whole yet
 *     .xiangtu/node/<node key>       statements of nodes
 *     .xiangtu/up/<origin hash>/…    record logs; ack: the office's answer
 *     .xiangtu/evidence/<name>       proofs of forks
 *     .xiangtu/list/place|node|up|evidence   which of these names there are
 *     .xiangtu/route                 whom the courier is on the way to
 *
 * Names are computed, never listed: what has no name that follows from
 * something signed is looked up in the lists, which are hints of bounded size.
 * Nothing is believed because it is there.
 *
 * Pure: no I/O, no allocation. Paths are relative to the mount. */
#ifndef PROTO_DRIVE_H
#define PROTO_DRIVE_H

#include "proto/bytes.h"
#include "proto/place.h"
#include "proto/safename.h"

#define DRIVE_SYSTEM ".xiangtu"
#define DRIVE_LESSONS "乡土课件"
#define DRIVE_MARK ".xiangtu/drive.json"
#define DRIVE_TRUST_NOTE ".xiangtu/trust/trust.note"
#define DRIVE_JOIN ".xiangtu/join.json"
#define DRIVE_ROUTE ".xiangtu/route"

enum {
	DRIVE_PATH_MAX = 2400, /* bytes of a path below the mount, and a zero */
	DRIVE_FOLDER_MAX = 1200, /* bytes of a lesson's folder */
	DRIVE_PLACE_MAX = 4096,	 /* bytes of a place file */
	DRIVE_HASH_SIZE = 32,
	DRIVE_LESSON_ID_MAX = ORIGIN_MAX + 9,
	DRIVE_LIST_ENTRIES_MAX = 100000,
	DRIVE_LIST_MAX = DRIVE_LIST_ENTRIES_MAX * 65, /* bytes of a list */
	DRIVE_ROUTE_STOPS_MAX = 256,
	DRIVE_ROUTE_MAX = 65536,
	DRIVE_STOP_NAME_MAX = 120
};

/* Parts of a file on a drive whose file system takes no larger ones: below
 * 4 GiB, and a multiple of every piece length. */
#define DRIVE_PART_BYTES (UINT64_C(4032) << 20)

/* May this be a path below the mount: safe components (proto/safename.h)
 * joined by single '/', the last of which may carry the ".001" of a part
 * beyond SAFENAME_MAX bytes? */
enum status drive_path_check(struct bytes path);

/* What is named by 32 bytes in hex. */
enum drive_kind {
	DRIVE_BLOB,
	DRIVE_TORRENT,
	DRIVE_PLACE,
	DRIVE_PART, /* a folder */
	DRIVE_NODE,
	DRIVE_TLOG, /* a folder, by origin hash */
	DRIVE_UP,   /* a folder, by origin hash */
	DRIVE_EVIDENCE
};

/* ".xiangtu/<kind>/<hex>". */
void drive_path(enum drive_kind kind,
		const uint8_t hash[static DRIVE_HASH_SIZE],
		char out[static DRIVE_PATH_MAX]);
/* ".xiangtu/trust/root/N.note". */
void drive_path_root(unsigned version, char out[static DRIVE_PATH_MAX]);
/* ".xiangtu/list/<kind>"; DRIVE_PLACE, DRIVE_NODE, DRIVE_UP and DRIVE_EVIDENCE
 * have one. */
void drive_path_list(enum drive_kind kind, char out[static DRIVE_PATH_MAX]);

/* --- place files --- */

/* Where the files of a payload are: text, a line each of
 *
 *     xiangtu-place/v1
 *     folder 乡土课件/产业/养殖/黑山羊/黑山羊春季防疫
 *     parts 4227858432          files longer than that are in parts; or absent
 *     poster 黑山羊春季防疫.jpg    a file of ours in the folder; or absent
 *     lesson 3 zixing.example/431081/lessons#k3f9w2aa    whose files they were
 *                               when they were put there: revision and id; a
 *                               hint, or absent
 */
struct drive_place {
	char folder[DRIVE_FOLDER_MAX + 1]; /* below DRIVE_LESSONS, safe */
	uint64_t part_bytes; /* a multiple of 64 MiB, or 0: no parts */
	char poster[SAFENAME_MAX + 1]; /* "" for none */
	char lesson[DRIVE_LESSON_ID_MAX + 1]; /* "" when it does not say */
	uint32_t rev;			      /* 1 and up; 0 likewise */
};

/* STATUS_MALFORMED for anything a writer would not have written: unsafe
 * names, a folder elsewhere, lines twice or in another order. `out` is then
 * untouched. Lines of other keys (lower-case words) are passed over. */
enum status drive_place_parse(struct bytes text, struct drive_place *out);
/* `place` must be one that parses (asserted). */
void drive_place_format(const struct drive_place *place, struct buf *out);

/*
 * The folder of a lesson: DRIVE_LESSONS, the topic's components and the title,
 * each made safe. `mark` is NULL, or the short id of the lesson to go behind
 * the title, "<title> (<mark>)", when the plain name is another's.
 */
void drive_lesson_folder(const char *topic, const char *title,
			 const char *mark,
			 char out[static DRIVE_FOLDER_MAX + 1]);

/*
 * Where one file of a payload, or part `part` of it, is: below `folder`
 * (a place's, or ".xiangtu/part/<btmh>"). `path` is metainfo_file.path; of a
 * payload that is a folder (metainfo.folder) its first component is left out.
 * With `part_bytes` and `length` beyond it, ".001", ".002", … go behind;
 * otherwise `part` must be 0. STATUS_NO_ROOM when it would be too long.
 */
enum status drive_file_path(const char *folder, bool is_folder,
			    const char *path, uint64_t length,
			    uint64_t part_bytes, unsigned part,
			    char out[static DRIVE_PATH_MAX]);

/* --- lists --- */

/* Lines of 64 lower-case hex digits. Walk one: start with `*rest` the whole
 * text; other lines are passed over; false at the end. */
bool drive_list_next(struct bytes *rest, uint8_t hash[static DRIVE_HASH_SIZE]);
void drive_list_put(struct buf *out,
		    const uint8_t hash[static DRIVE_HASH_SIZE]);

/* --- the route --- */

/* A village (or any region) on the courier's way. */
struct drive_stop {
	char region[13];
	char name[DRIVE_STOP_NAME_MAX + 1]; /* for people */
};
/* Text: "xiangtu-route/v1", then lines of "stop <region> <name>" (or "stop
 * <region>"), at most DRIVE_ROUTE_STOPS_MAX. Lines of other keys are passed
 * over. The first `max` stops are filled. STATUS_MALFORMED leaves `out` and
 * `count` untouched. */
enum status drive_route_parse(struct bytes text, struct drive_stop *out,
			      size_t max, size_t *count);
/* The stops must be ones that parse (asserted). */
void drive_route_format(const struct drive_stop *stops, size_t count,
			struct buf *out);

#endif
