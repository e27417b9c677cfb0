#include "node/cli/verbs.h"

#define TOPIC_OPTION { "topic", "PATH", "only this topic and what is below it" }
#define PASSPHRASE_OPTION                                              \
	{ "passphrase-file", "FILE", "its first line is the passphrase " \
				     "(else it is asked for)" }
#define ALONE_OPTION                                                          \
	{ "alone", NULL, "sign though nobody could be asked for a newer log. "\
			 "Dangerous: on an old disk that ends the log" }
#define NODE_OPTIONS                                                          \
	{ "http", "ADDR:PORT", "where pages and catalog are served "          \
			       "(0.0.0.0:7433)" },                            \
	{ "swarm", "ADDR:PORT", "where BitTorrent peers connect "             \
				"(0.0.0.0:7434)" },                           \
	{ "url", "URL", "how others reach this node" },                       \
	{ "upstream", "URL", "a node one level up (repeatable)" },            \
	{ "neighbour", "URL", "a node nearby that no announcement reaches "   \
			      "(repeatable)" },                               \
	{ "announce", "on|off", "announce this node on the LAN (on)" },       \
	{ "announce-port", "PORT", "UDP port of announcements (7433)" }

const struct cli_verb cli_verbs[] = {
	{ .name = "init",
	  .words = "",
	  .summary = "make a node in the data directory",
	  .options = { { "level", "LEVEL", "county, township or station" },
		       { "name", "NAME", "what people call this place" },
		       { "region", "CODE", "its region code, 2 to 12 digits" },
		       { "join", "FILE|URL|DRIVE",
			 "join with this file, or with what a drive brings" },
		       { "fingerprint", "WORDS", "refuse to join unless the "
						 "root has these words" },
		       { "origin", "NAME", "name of this office's own log" },
		       NODE_OPTIONS,
		       { "passphrase-file", "FILE",
			 "its first line is the passphrase of a county's "
			 "keys (else it is asked for)" },
		       { "root-passphrase-file", "FILE",
			 "the root key's, where that is another one" },
		       { "unprotected", NULL, "keep a county's keys without "
					      "a passphrase" },
		       { "new-identity", NULL, "this directory is a copy: "
					       "give it an identity of its "
					       "own" },
		       { "moved", NULL, "this directory was moved here; the "
					"old machine is gone" } },
	  .examples =
		  "  xiangtu init --level county --name 资兴市 --region 431081 "
		  "--url http://10.0.0.1:7433\n"
		  "  xiangtu init --level station --name 黄草村 --region "
		  "431081101203 --join county.join\n",
	  .run = cmd_init },
	{ .name = "run",
	  .words = "",
	  .summary = "run the node until it is stopped",
	  .options = { { "mirror-poll", "SECONDS", "how often a static mirror "
						   "is looked at (30)" } },
	  .run = cmd_run },
	{ .name = "unlock",
	  .words = "",
	  .summary = "open the office's keys in the running node, once after "
		     "each start",
	  .options = { PASSPHRASE_OPTION },
	  .run = cmd_unlock },
	{ .name = "lock",
	  .words = "",
	  .summary = "close the office's keys again",
	  .run = cmd_lock },
	{ .name = "publish",
	  .words = "FILE|FOLDER",
	  .summary = "publish a lesson under this node's name",
	  .least = 1,
	  .most = 1,
	  .options = { { "title", "TEXT", "its title" },
		       { "topic", "PATH", "its topic, like 产业/养殖/黑山羊" },
		       { "region", "CODE", "for whom (this node's region)" },
		       { "lang", "TAG", "its language (zh-CN)" },
		       { "summary", "TEXT", "what it is about" },
		       { "date", "YYYY-MM-DD", "when it was made" },
		       { "expires", "YYYY-MM-DD", "when it is out of date" },
		       { "revises", "ID", "it takes the place of this lesson" },
		       { "series", "TITLE", "the series it is part of" },
		       { "number", "N", "its number in the series" },
		       { "initials", "LETTERS", "initials of the title, where "
						"the made ones are wrong" },
		       PASSPHRASE_OPTION,
		       { "no-media", NULL, "do not look into the video "
					   "(no poster, no length)" },
		       ALONE_OPTION },
	  .examples = "  xiangtu publish 黑山羊春季防疫.mp4 --title "
		      "黑山羊春季防疫 --topic 产业/养殖/黑山羊\n",
	  .run = cmd_publish },
	{ .name = "withdraw",
	  .words = "[ID]",
	  .summary = "take a lesson back, everywhere",
	  .most = 1,
	  .options = { { "reason", "TEXT", "why" },
		       PASSPHRASE_OPTION,
		       { "list", NULL, "what was withdrawn, and who has not "
				       "confirmed yet" },
		       ALONE_OPTION },
	  .examples = "  xiangtu withdraw k3f9w2aa --reason 剂量有误\n"
		      "  xiangtu withdraw --list\n",
	  .run = cmd_withdraw },
	{ .name = "lessons",
	  .words = "[QUERY…]",
	  .summary = "list lessons, or find them by words, initials or topic",
	  .most = CLI_WORDS_MAX,
	  .options = { TOPIC_OPTION,
		       { "region", "CODE", "only for this region" },
		       { "state", "STATE", "known, wanted, fetching, held, "
					   "refused or withdrawn" },
		       { "limit", "N", "at most so many (1000)" } },
	  .examples = "  xiangtu lessons\n  xiangtu lessons 山羊\n"
		      "  xiangtu lessons hsy\n"
		      "  xiangtu lessons 产业/养殖\n",
	  .run = cmd_lessons },
	{ .name = "show",
	  .words = "ID",
	  .summary = "show all about one lesson",
	  .least = 1,
	  .most = 1,
	  .run = cmd_show },
	{ .name = "get",
	  .words = "ID",
	  .summary = "fetch a lesson now and wait until it is here",
	  .least = 1,
	  .most = 1,
	  .options = { { "to", "DIR", "copy its files there when it is here" } },
	  .examples = "  xiangtu get k3f9w2aa --to /media/usb\n",
	  .run = cmd_get },
	{ .name = "pin",
	  .words = "ID",
	  .summary = "want a lesson, and keep it",
	  .least = 1,
	  .most = 1,
	  .options = { { "by", "YYYY-MM-DD", "it is needed by this day: it comes "
					     "before others" },
		       { "off", NULL, "take the pin out again" } },
	  .examples = "  xiangtu pin k3f9w2aa --by 2026-04-30\n",
	  .run = cmd_pin },
	{ .name = "drop",
	  .words = "ID",
	  .summary = "do not want a lesson, and delete its files here",
	  .least = 1,
	  .most = 1,
	  .run = cmd_drop },
	{ .name = "subscribe",
	  .words = "",
	  .summary = "choose what is fetched by itself",
	  .options = { { "topic", "PATH", "this topic" },
		       { "region", "CODE", "for this region" },
		       { "exclude", NULL, "never fetch these by themselves" },
		       { "remove", "N", "take rule N out" } },
	  .examples = "  xiangtu subscribe --topic 产业/养殖\n"
		      "  xiangtu subscribe\n",
	  .run = cmd_subscribe },
	{ .name = "status",
	  .words = "",
	  .summary = "how this node is",
	  .run = cmd_status },
	{ .name = "neighbours",
	  .words = "",
	  .summary = "the nodes heard nearby",
	  .run = cmd_neighbours },
	{ .name = "transfers",
	  .words = "",
	  .summary = "what is arriving, and from where",
	  .options = { { "watch", NULL, "go on showing it" } },
	  .run = cmd_transfers },
	{ .name = "journal",
	  .words = "",
	  .summary = "what was deleted here and why, what was damaged and "
		     "repaired",
	  .options = { { "limit", "N", "at most so many, the newest first "
				       "(50); also -n N" } },
	  .run = cmd_journal },
	{ .name = "check",
	  .words = "[ID]",
	  .summary = "read what is held again; what is damaged is repaired",
	  .most = 1,
	  .run = cmd_check },
	{ .name = "station accept",
	  .words = "CODE",
	  .summary = "enrol a station by the code it shows",
	  .least = 1,
	  .most = 1,
	  .options = { { "name", "NAME", "another name than its own" },
		       { "group", "NAME", "a group it belongs to "
					  "(repeatable)" },
		       PASSPHRASE_OPTION,
		       ALONE_OPTION },
	  .run = cmd_station_accept },
	{ .name = "station list",
	  .words = "",
	  .summary = "the stations enrolled, and those only heard of",
	  .run = cmd_station_list },
	{ .name = "station end",
	  .words = "CODE",
	  .summary = "retire a station",
	  .least = 1,
	  .most = 1,
	  .options = { PASSPHRASE_OPTION, ALONE_OPTION },
	  .run = cmd_station_end },
	{ .name = "records",
	  .words = "",
	  .summary = "records of stations: how many came, how many were "
		     "acknowledged",
	  .run = cmd_records },
	{ .name = "records add",
	  .words = "FILE",
	  .summary = "send a note to the office, sealed",
	  .least = 1,
	  .most = 1,
	  .examples = "  xiangtu records add note.txt\n",
	  .run = cmd_records_add },
	{ .name = "records read",
	  .words = "CODE",
	  .summary = "read, at the office, what a station has sent",
	  .least = 1,
	  .most = 1,
	  .options = { { "to", "DIR", "write them there, a file each" },
		       PASSPHRASE_OPTION },
	  .run = cmd_records_read },
	{ .name = "drive plan",
	  .words = "[PATH]",
	  .summary = "what a drive would carry, and what each village then has",
	  .most = 1,
	  .options = { { "route", "VILLAGE,…", "the villages in the order they "
					       "are visited: names, region "
					       "codes or station codes" },
		       { "size", "SIZE", "of a drive that is not plugged in "
					 "(64G)" } },
	  .examples = "  xiangtu drive plan --route 黄草村,白廊村 --size 32G\n"
		      "  xiangtu drive plan /media/usb\n",
	  .run = cmd_drive_plan },
	{ .name = "trust show",
	  .words = "",
	  .summary = "whom this node believes",
	  .run = cmd_trust_show },
	{ .name = "trust key new",
	  .words = "NAME",
	  .summary = "make a key to sign with, in a file",
	  .least = 1,
	  .most = 1,
	  .options = { { "to", "FILE", "where the secret goes" },
		       PASSPHRASE_OPTION,
		       { "unprotected", NULL, "without a passphrase" } },
	  .examples = "  xiangtu trust key new root-2-wang --to "
		      "/media/usb/root-2-wang.key\n",
	  .run = cmd_trust_key_new },
	{ .name = "trust key show",
	  .words = "FILE",
	  .summary = "whose a key file or a backup is, and whether it is "
		     "behind a passphrase",
	  .least = 1,
	  .most = 1,
	  .options = { { "check", NULL, "does the passphrase open it?" },
		       PASSPHRASE_OPTION,
		       { "root-passphrase-file", "FILE",
			 "the root key's, where that is another one" } },
	  .examples = "  xiangtu trust key show typed-again.txt --check\n",
	  .run = cmd_trust_key_show },
	{ .name = "trust key change-passphrase",
	  .words = "[FILE|publisher|records|ack|root]",
	  .summary = "give key files another passphrase",
	  .most = 1,
	  .options = { PASSPHRASE_OPTION,
		       { "new-passphrase-file", "FILE",
			 "its first line is the new passphrase" },
		       { "unprotected", NULL, "without a passphrase" } },
	  .examples = "  xiangtu trust key change-passphrase\n"
		      "  xiangtu trust key change-passphrase "
		      "/media/usb/root.key\n",
	  .run = cmd_trust_key_change },
	{ .name = "trust key backup",
	  .words = "",
	  .summary = "the keys of this office on a sheet of paper",
	  .options = { { "to", "FILE", "write it there (standard output)" },
		       PASSPHRASE_OPTION,
		       { "with-root", NULL, "the root key in the data "
					    "directory, too" },
		       { "root-passphrase-file", "FILE",
			 "the root key's, where that is another one" } },
	  .examples = "  xiangtu trust key backup | lp\n",
	  .run = cmd_trust_key_backup },
	{ .name = "trust join-file",
	  .words = "[FILE]",
	  .summary = "write what others join with",
	  .most = 1,
	  .examples = "  xiangtu trust join-file county.join\n",
	  .run = cmd_trust_join_file },
	{ .name = "drive prepare",
	  .words = "PATH",
	  .summary = "mark a drive as ours; nothing on it is changed",
	  .least = 1,
	  .most = 1,
	  .options = { { "parts", "SIZE", "carry files of this size or more "
					  "in parts ('off': as the drive "
					  "needs)" },
		       { "folder", NULL, "PATH is a folder, no drive, and "
					 "that is meant" } },
	  .examples = "  xiangtu drive prepare /media/usb\n"
		      "  xiangtu drive prepare /media/usb --parts 2G\n",
	  .run = cmd_drive_prepare },
	{ .name = "drive show",
	  .words = "PATH",
	  .summary = "what is on a drive, for whom, how old",
	  .least = 1,
	  .most = 1,
	  .run = cmd_drive_show },
	{ .name = "drive check",
	  .words = "PATH",
	  .summary = "verify every byte of a drive, or test a new one",
	  .least = 1,
	  .most = 1,
	  .options = { { "capacity", NULL, "find out what it really keeps, "
					   "and how fast it is" },
		       { "first", "SIZE", "test only so much" } },
	  .examples = "  xiangtu drive check /media/usb\n"
		      "  xiangtu drive check /media/usb --capacity "
		      "--first 2G\n",
	  .run = cmd_drive_check },
	{ .name = "log export",
	  .words = "DIR",
	  .summary = "write a static mirror that any web server can serve",
	  .least = 1,
	  .most = 1,
	  .options = { { "no-payload", NULL, "only catalog, posters and "
					     "torrent files" } },
	  .run = cmd_log_export },
	{ .name = "log verify",
	  .words = "DIR|URL",
	  .summary = "audit a C2SP log: signature, every tile, every entry",
	  .least = 1,
	  .most = 1,
	  .options = { { "key", "VKEY", "the log's key" } },
	  .examples = "  xiangtu log verify mirror/tlog/<origin hash> --key "
		      "zixing.example/431081/lessons+17f323a6+AdYW…\n",
	  .run = cmd_log_verify },
	{ .name = "drive sync",
	  .words = "PATH",
	  .summary = "all of a visit: what is wanted in, what the stops ahead "
		     "want out",
	  .least = 1,
	  .most = 1,
	  .options = { { "minutes", "N", "fit into so many minutes" },
		       { "route", "VILLAGE,…", "the villages ahead, kept on "
					       "the drive" },
		       { "only-in", NULL, "put nothing on the drive" },
		       { "repair", NULL, "look at all of the drive again, "
					 "mend what is bad" },
		       { "plugged", NULL, "started by plugging in: no bar" } },
	  .examples = "  xiangtu drive sync /media/usb\n"
		      "  xiangtu drive sync /media/usb --minutes 10\n"
		      "  xiangtu drive sync /media/usb --route "
		      "联坪村,黄草村\n",
	  .run = cmd_drive_sync },
	{ .name = NULL },
};
