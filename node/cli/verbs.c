#include "node/cli/verbs.h"

#define PASSPHRASE_OPTION                                              \
	{ "passphrase-file", "FILE", "its first line is the passphrase " \
				     "(else it is asked for)" }
#define REQUEST_OPTION                                                        \
	{ "request", "FILE", "the office.request of an office that joined" }
/* How far a publisher's word goes (publisher_options.h). */
#define PUBLISHER_OPTIONS                                                    \
	{ "key", "VKEY|FILE", "its public key; given twice, the second is a " \
			      "sealed spare" },                              \
	{ "region", "CODE,…", "the regions it may publish for" },            \
	{ "topic", "PATH,…", "the topics it may publish ('*': all)" },       \
	{ "entries", "N", "the most entries of its log (0: no limit)" },     \
	{ "entry-bytes", "N", "the most bytes of one entry (0: no limit)" }, \
	{ "lesson-bytes", "SIZE", "the largest lesson (0: no limit)" },      \
	{ "may-delegate", NULL, "it may let others publish parts of this" }
/* Of every verb that changes the trust note (trust_edit.h). */
#define TRUST_EDIT_OPTIONS                                                   \
	{ "to", "FILE", "write the new trust note there, and do not sign "   \
			"(trust-<version>.note)" },                          \
	{ "draft", "FILE", "put the change into this draft" },               \
	{ "after", "FILE|FOLDER", "work from these notes, not from those of " \
				  "the node here" },                         \
	PASSPHRASE_OPTION
#define TOPIC_OPTION { "topic", "PATH", "only this topic and what is below it" }
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
		       { "restore", "KEYBACKUP",
			 "an office whose machine died: its keys, as they were "
			 "printed or typed in again" },
		       { "from", "URL|DRIVE|FOLDER",
			 "with --restore: who has its log and trust "
			 "(repeatable)" },
		       { "new-identity", NULL, "this directory is a copy: "
					       "give it an identity of its "
					       "own" },
		       { "moved", NULL, "this directory was moved here; the "
					"old machine is gone" } },
	  .examples =
		  "  xiangtu init --level county --name 资兴市 --region 431081 "
		  "--url http://10.0.0.1:7433\n"
		  "  xiangtu init --level station --name 黄草村 --region "
		  "431081101203 --join county.join\n"
		  "  xiangtu init --restore county-keys.txt --from "
		  "http://10.0.1.1:7433 --from /media/usb --url "
		  "http://10.0.0.1:7433\n",
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
	  .words = "[FILE|FOLDER]",
	  .summary = "publish a lesson under this node's name",
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
		       { "rendition", "SIZE",
			 "make a smaller one, too, like 480p (repeatable)" },
		       { "as-is", NULL, "check it, and convert nothing" },
		       { "no-save", NULL, "ask that no copies leave the room "
					  "(pages obey; it protects nothing)" },
		       { "list", "FILE.csv", "publish all that a table lists; "
					     "said again, it goes on" },
		       { "list-template", NULL, "print an empty table for "
						"--list" },
		       { "prepare", NULL, "publish nothing: make it fit, copy "
					  "it in, say how far in lines of "
					  "JSON" },
		       { "name", "NAME", "what --prepare calls the folder" },
		       { "no-media", NULL, "do not look into the video "
					   "(no poster, no length)" },
		       ALONE_OPTION },
	  .examples = "  xiangtu publish 黑山羊春季防疫.mp4 --title "
		      "黑山羊春季防疫 --topic 产业/养殖/黑山羊\n"
		      "  xiangtu publish --list-template > 课件.csv\n"
		      "  xiangtu publish --list 课件.csv --rendition 480p\n",
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
		       { "replaces", "CODE", "the box whose place it takes; "
					     "that one is retired" },
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
	{ .name = "station reset-pin",
	  .words = "CODE A|B CHALLENGE",
	  .summary = "the code with which a station's operator sets a new PIN",
	  .least = 3,
	  .most = 3,
	  .options = { PASSPHRASE_OPTION },
	  .examples = "  xiangtu station reset-pin 7m4k-x2pa A K3F9-W2AA\n",
	  .run = cmd_station_reset_pin },
	{ .name = "set-pin",
	  .words = "A|B",
	  .summary = "set the PIN with which an operator opens the desk",
	  .least = 1,
	  .most = 1,
	  .options = { { "pin-file", "FILE",
			 "its first line is the PIN (else it is asked for)" },
		       { "off", NULL, "take it away: nobody logs in with it" } },
	  .examples = "  xiangtu set-pin A\n"
		      "  xiangtu set-pin B --off\n",
	  .run = cmd_set_pin },
	{ .name = "set-password",
	  .words = "",
	  .summary = "set the password with which somebody of the office opens "
		     "the desks",
	  .options = { { "name", "NAME", "whose it is (office)" },
		       { "password-file", "FILE",
			 "its first line is the password (else it is asked "
			 "for)" },
		       { "off", NULL, "take it away: nobody logs in with it" },
		       { "list", NULL, "who has a PIN or password" } },
	  .examples = "  xiangtu set-password\n"
		      "  xiangtu set-password --name 王丽\n"
		      "  xiangtu set-password --name 王丽 --off\n",
	  .run = cmd_set_password },
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
	{ .name = "records tell wish",
	  .words = "TEXT",
	  .summary = "tell the office which lesson is lacking",
	  .least = 1,
	  .most = 1,
	  .examples = "  xiangtu records tell wish 我们缺一课柑橘剪枝\n",
	  .run = cmd_records_tell_wish },
	{ .name = "records tell fault",
	  .words = "[WHAT] [TEXT]",
	  .summary = "tell the office what is broken: tv, box, network, power, "
		     "disk or other",
	  .most = 2,
	  .options = { { "id", "ID", "change what was told (records told shows "
				     "its ID)" },
		       { "fixed", NULL, "it is mended" } },
	  .examples = "  xiangtu records tell fault tv 打不开\n"
		      "  xiangtu records tell fault --id 00112233445566ff "
		      "--fixed\n",
	  .run = cmd_records_tell_fault },
	{ .name = "records tell equipment",
	  .words = "[NAME]",
	  .summary = "an entry of the equipment ledger",
	  .most = 1,
	  .options = { { "count", "N", "how many (1)" },
		       { "state", "STATE", "good, broken, lent or gone (good)" },
		       { "since", "DAY", "since when, as 2026-10-31" },
		       { "note", "TEXT", "what else is to be said" },
		       { "id", "ID", "change what was told (records told shows "
				     "its ID)" } },
	  .examples = "  xiangtu records tell equipment 投影仪 --since "
		      "2026-09-01\n",
	  .run = cmd_records_tell_equipment },
	{ .name = "records told",
	  .words = "",
	  .summary = "what this station has told its office by hand, and what "
		     "waits to be sent",
	  .run = cmd_records_told },
	{ .name = "records send",
	  .words = "",
	  .summary = "seal what waits for the office now, not with the day's "
		     "round",
	  .run = cmd_records_send },
	{ .name = "records import",
	  .words = "",
	  .summary = "take in, at the office, what stations have sent; a "
		     "running node does so by itself",
	  .options = { { "again", NULL,
			 "also what is in, or was passed over, before" } },
	  .run = cmd_records_import },
	{ .name = "records read",
	  .words = "CODE",
	  .summary = "read, at the office, what a station has sent",
	  .least = 1,
	  .most = 1,
	  .options = { { "to", "DIR", "write them there, a file each" },
		       PASSPHRASE_OPTION },
	  .run = cmd_records_read },
	{ .name = "records forget",
	  .words = "[NUMBER…]",
	  .summary = "delete a person from registers and records",
	  .most = CLI_WORDS_MAX,
	  .options = { { "name", "NAME", "who stands in registers by this name" },
		       { "station", "CODE",
			 "with --name: only in those of this station" } },
	  .run = cmd_cards_forget },
	{ .name = "cards issue",
	  .words = "FILE.csv",
	  .summary = "issue cards to the people that a table lists",
	  .least = 1,
	  .most = 1,
	  .options = { { "out", "FILE", "write numbers and PINs there "
					"(cards-BATCH.csv)" },
		       { "sheet", "FILE.html",
			 "and cards to print and cut, with QR codes, there" },
		       PASSPHRASE_OPTION, ALONE_OPTION },
	  .examples = "  xiangtu cards issue 名单.csv --out 卡片.csv --sheet "
		      "卡片.html\n",
	  .run = cmd_cards_issue },
	{ .name = "cards list",
	  .words = "[QUERY]",
	  .summary = "who has a card: by name, place, last digits or batch",
	  .most = 1,
	  .run = cmd_cards_list },
	{ .name = "cards end",
	  .words = "[NUMBER…]",
	  .summary = "end cards: lost ones, and those of people who left",
	  .most = CLI_WORDS_MAX,
	  .options = { { "batch", "BATCH", "all cards of this batch" },
		       PASSPHRASE_OPTION, ALONE_OPTION },
	  .run = cmd_cards_end },
	{ .name = "cards renew",
	  .words = "NUMBER",
	  .summary = "give somebody a new card, and end the old one",
	  .least = 1,
	  .most = 1,
	  .options = { { "out", "FILE", "write numbers and PINs there "
					"(cards-BATCH.csv)" },
		       { "sheet", "FILE.html",
			 "and cards to print and cut, with QR codes, there" },
		       PASSPHRASE_OPTION, ALONE_OPTION },
	  .run = cmd_cards_renew },
	{ .name = "cards forget",
	  .words = "[NUMBER…]",
	  .summary = "delete who a card belongs to, and what was studied with it",
	  .most = CLI_WORDS_MAX,
	  .options = { { "name", "NAME", "who stands in registers by this name" },
		       { "station", "CODE",
			 "with --name: only in those of this station" } },
	  .run = cmd_cards_forget },
	{ .name = "report month",
	  .words = "[YYYY-MM]",
	  .summary = "what was studied in a month: by region, group and "
		     "station",
	  .most = 1,
	  .options = { { "region", "CODE", "only what lies in it, and each "
					   "station" },
		       { "group", "NAME", "only stations of this group" },
		       { "rank", NULL, "with ranks" },
		       { "csv", "FILE", "write the stations there, for office "
					"software" } },
	  .examples = "  xiangtu report month 2026-10\n"
		      "  xiangtu report month 2026-10 --region 431081101\n"
		      "  xiangtu report month 2026-10 --csv stations.csv\n",
	  .run = cmd_report_month },
	{ .name = "report close",
	  .words = "YYYY-MM",
	  .summary = "close a month: its report stays as it is now",
	  .least = 1,
	  .most = 1,
	  .run = cmd_report_close },
	{ .name = "report register",
	  .words = "CODE YYYY-MM",
	  .summary = "the registers of a station: collective and personal "
		     "study",
	  .least = 2,
	  .most = 2,
	  .options = { { "personal", NULL, "only personal study" },
		       { "csv", "FILE", "write one register there, for office "
					"software" } },
	  .run = cmd_report_register },
	{ .name = "report ledger",
	  .words = "[CODE]",
	  .summary = "the equipment of a station, or of all",
	  .most = 1,
	  .options = { { "faults", NULL, "faults instead" },
		       { "machines", NULL, "what its machine says of itself "
					   "instead" },
		       { "csv", "FILE", "write it there, for office "
					"software" } },
	  .run = cmd_report_ledger },
	{ .name = "report attention",
	  .words = "",
	  .summary = "what wants looking at this week",
	  .run = cmd_report_attention },
	{ .name = "report export",
	  .words = "",
	  .summary = "all tables of this office, without names of people",
	  .options = { { "to", "DIR", "as files, for office software" },
		       { "postgres", "URL", "into a PostgreSQL database, where "
					    "those of other offices stand, "
					    "too" },
		       { "month", "YYYY-MM", "only this month" } },
	  .examples = "  xiangtu report export --to tables\n"
		      "  xiangtu report export --postgres "
		      "postgres://county@db.example/province\n",
	  .run = cmd_report_export },
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
	  .options = { { "to", "FILE", "where the secret goes; FILE.pub is "
				       "to be handed over" },
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
	{ .name = "trust key renew-records",
	  .words = "",
	  .summary = "another key that records are sealed to; the one before "
		     "stays beside it",
	  .options = { PASSPHRASE_OPTION,
		       { "unprotected", NULL, "without a passphrase" } },
	  .run = cmd_trust_key_renew_records },
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
	{ .name = "trust init",
	  .words = "",
	  .summary = "make a new root: its keys, and the note they sign",
	  .options = { { "keys", "N", "so many keys are made" },
		       { "threshold", "K", "so many of them must sign" },
		       { "to", "FOLDER", "where keys and notes are put, a "
					 "stick best" },
		       { "key", "VKEY|FILE", "a key that somebody made "
					     "elsewhere; then none is made "
					     "here (repeatable)" },
		       { "after", "FILE|FOLDER", "the roots before, where no "
						 "node has them" },
		       PASSPHRASE_OPTION,
		       { "unprotected", NULL, "without a passphrase" } },
	  .examples = "  xiangtu trust init --keys 5 --threshold 3 --to "
		      "/media/usb\n"
		      "  xiangtu trust init --threshold 2 --key li.pub --key "
		      "wang.pub --key zhao.pub --to /media/usb\n",
	  .run = cmd_trust_init },
	{ .name = "trust sign",
	  .words = "FILE…",
	  .summary = "sign root or trust notes, on any machine",
	  .least = 1,
	  .most = CLI_WORDS_MAX,
	  .options = { { "key", "FILE", "a root key's file (repeatable)" },
		       { "root", "FILE|FOLDER", "the roots it is signed "
						"under: notes, or a join "
						"file" },
		       { "against", "FILE", "the note before, to see what "
					    "changes" },
		       PASSPHRASE_OPTION },
	  .examples = "  xiangtu trust sign trust-8.note --key "
		      "/media/safe/root-2.key --root county.join\n",
	  .run = cmd_trust_sign },
	{ .name = "trust accept",
	  .words = "FILE|FOLDER…",
	  .summary = "take root and trust notes into the node",
	  .least = 1,
	  .most = CLI_WORDS_MAX,
	  .examples = "  xiangtu trust accept root-2.note trust-8.note\n",
	  .run = cmd_trust_accept },
	{ .name = "trust publisher add",
	  .words = "[ORIGIN]",
	  .summary = "let an office publish",
	  .most = 1,
	  .options = { PUBLISHER_OPTIONS, REQUEST_OPTION,
		       TRUST_EDIT_OPTIONS },
	  .examples = "  xiangtu trust publisher add --request "
		      "office.request --topic '*'\n"
		      "  xiangtu trust publisher add edu.example/431081 "
		      "--key edu.pub --region 431081 --topic 产业,民生\n",
	  .run = cmd_trust_publisher_add },
	{ .name = "trust publisher change",
	  .words = "ORIGIN",
	  .summary = "change what an office may publish, or its keys",
	  .least = 1,
	  .most = 1,
	  .options = { PUBLISHER_OPTIONS,
		       { "no-delegate", NULL, "it may not let others publish" },
		       TRUST_EDIT_OPTIONS },
	  .examples = "  xiangtu trust publisher change edu.example/431081 "
		      "--lesson-bytes 4G\n",
	  .run = cmd_trust_publisher_change },
	{ .name = "trust publisher remove",
	  .words = "ORIGIN",
	  .summary = "no longer list an office (see also trust revoke)",
	  .least = 1,
	  .most = 1,
	  .options = { TRUST_EDIT_OPTIONS },
	  .run = cmd_trust_publisher_remove },
	{ .name = "trust revoke",
	  .words = "ORIGIN",
	  .summary = "end a log for ever: what came after is taken back",
	  .least = 1,
	  .most = 1,
	  .options = { { "good-up-to", "N", "so many of its entries stay" },
		       { "successor", "ORIGIN", "the log that goes on in its "
						"place" },
		       { "root", "BASE64", "the root it had at that size, "
					   "where the log is not here" },
		       TRUST_EDIT_OPTIONS },
	  .examples = "  xiangtu trust revoke edu.example/431081 --good-up-to "
		      "1203 --successor edu.example/431081-b\n",
	  .run = cmd_trust_revoke },
	{ .name = "trust renew",
	  .words = "",
	  .summary = "make the trust note anew under the newest root",
	  .options = { TRUST_EDIT_OPTIONS },
	  .run = cmd_trust_renew },
	{ .name = "trust witness add",
	  .words = "VKEY|FILE",
	  .summary = "let a node's cosignatures count",
	  .least = 1,
	  .most = 1,
	  .options = { TRUST_EDIT_OPTIONS },
	  .run = cmd_trust_witness_add },
	{ .name = "trust witness remove",
	  .words = "VKEY|FILE",
	  .summary = "let them count no longer",
	  .least = 1,
	  .most = 1,
	  .options = { TRUST_EDIT_OPTIONS },
	  .run = cmd_trust_witness_remove },
	{ .name = "trust recipient add",
	  .words = "[REGION]",
	  .summary = "name the office that a region's records are sealed to",
	  .most = 1,
	  .options = { { "key", "VKEY|FILE", "the key they are sealed to" },
		       { "ack", "VKEY|FILE", "the key it acknowledges them "
					     "with" },
		       REQUEST_OPTION, TRUST_EDIT_OPTIONS },
	  .examples = "  xiangtu trust recipient add --request "
		      "office.request\n",
	  .run = cmd_trust_recipient_add },
	{ .name = "trust recipient remove",
	  .words = "REGION",
	  .summary = "let them go to the office of the region around it",
	  .least = 1,
	  .most = 1,
	  .options = { TRUST_EDIT_OPTIONS },
	  .run = cmd_trust_recipient_remove },
	{ .name = "trust delegate",
	  .words = "[ORIGIN]",
	  .summary = "let an office below publish a part of what this one may",
	  .most = 1,
	  .options = { PUBLISHER_OPTIONS, REQUEST_OPTION, PASSPHRASE_OPTION,
		       ALONE_OPTION },
	  .examples = "  xiangtu trust delegate --request "
		      "/media/usb/office.request --topic 产业/养殖\n",
	  .run = cmd_trust_delegate },
	{ .name = "trust undelegate",
	  .words = "ORIGIN",
	  .summary = "end what this office has delegated",
	  .least = 1,
	  .most = 1,
	  .options = { { "good-up-to", "N", "so many of its entries stay "
					    "(all that are here)" },
		       { "successor", "ORIGIN", "this log goes on in its "
						"place" },
		       { "nothing-stays", NULL, "nothing it has said "
						"counts any more" },
		       PASSPHRASE_OPTION, ALONE_OPTION },
	  .examples = "  xiangtu trust undelegate "
		      "dongjiang.example/431081101/lessons --good-up-to 12\n",
	  .run = cmd_trust_undelegate },
	{ .name = "trust join-file",
	  .words = "[FILE]",
	  .summary = "write what others join with",
	  .most = 1,
	  .examples = "  xiangtu trust join-file county.join\n",
	  .run = cmd_trust_join_file },
	{ .name = "trust evidence",
	  .words = "",
	  .summary = "what is kept against logs with two histories",
	  .options = { { "to", "FOLDER", "write it there, a file each" } },
	  .examples = "  xiangtu trust evidence --to /media/usb/evidence\n",
	  .run = cmd_trust_evidence },
	{ .name = "trust evidence verify",
	  .words = "FILE",
	  .summary = "does this prove that a log has two histories?",
	  .least = 1,
	  .most = 1,
	  .options = { { "key", "VKEY", "a key of that log (repeatable); else "
					"those this node's trust note names" } },
	  .examples = "  xiangtu trust evidence verify 5a3c….fork --key "
		      "zixing.example/431081/lessons+17f3232a+ARfz…\n",
	  .run = cmd_trust_evidence_verify },
	{ .name = "trust witness key",
	  .words = "",
	  .summary = "make this node's key to cosign what logs have",
	  .options = { { "to", "FILE", "write its public key there" } },
	  .examples = "  xiangtu trust witness key --to witness.vkey\n",
	  .run = cmd_trust_witness_key },
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
