#include "node/drive_page.h"

#include <stdio.h>
#include <string.h>

#include "proto/text.h"

enum { LIST_MAX = 30, REFRESH_BUSY_S = 2, REFRESH_IDLE_S = 15 };

struct words {
	const char *key, *english, *chinese;
};

static const struct words words[] = {
	{ "title", "USB drive", "U盘" },
	{ "busy", "Do not pull the drive out yet", "先不要拔U盘" },
	{ "in", "Lessons that came", "收到的课" },
	{ "out", "Lessons that went along", "带走的课" },
	{ "left", "Left for another time", "留待下次" },
	{ "none", "No drive has been here yet.", "还没有插过U盘。" },
	{ "hint", "Plug a prepared drive in: the rest goes by itself.",
	  "插上准备好的U盘即可，其余自动完成。" },
	{ "done", "Done. It is safe to pull the drive out.",
	  "完成，可以拔下U盘了。" },
	{ "some_left", "Done, with something left for another time. It is "
		       "safe to pull the drive out.",
	  "完成，有些留待下次。可以拔下U盘了。" },
	{ "failed", "Not finished. What was copied counts; plug the drive in "
		    "again for the rest.",
	  "没有做完。已复制的都算数；请再插一次。" },
	{ "pulled", "The drive was pulled out early. What was copied counts; "
		    "plug it in again for the rest.",
	  "U盘拔早了。已复制的都算数；请再插一次。" },
	{ "looking", "Looking at the drive", "正在查看U盘" },
	{ "logs-in", "Reading catalogs", "正在读取目录" },
	{ "small-out", "Writing catalogs and records", "正在写入目录和记录" },
	{ "payload-in", "Copying from the drive", "正在从U盘复制" },
	{ "payload-out", "Copying to the drive", "正在往U盘复制" },
	{ "flushing", "Finishing", "正在收尾" },
	{ "partial", "in part", "部分" },
	{ "no_room", "no room", "空间不够" },
	{ "time", "no time", "时间不够" },
	{ "stopped", "stopped", "中途停下" },
	{ "damaged", "damaged", "有损坏" },
	{ "missing", "only a part of it is there", "只有一部分" },
	{ "busy-lesson", "in use just now", "正在使用" },
};

/* The words for `key`, or "" for a key that is none of ours. */
static const char *say(const char *key, bool chinese)
{
	for (size_t i = 0; key != NULL && i < sizeof(words) / sizeof(*words);
	     i++)
		if (strcmp(words[i].key, key) == 0)
			return chinese ? words[i].chinese : words[i].english;
	return "";
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n < 0 ? 0 : (uint64_t)n;
}

static void put_size(struct buf *out, uint64_t bytes)
{
	char size[16];

	text_size(bytes, size);
	buf_puts(out, size);
}

static void put_lessons(const json_t *last, const char *key, bool chinese,
			struct buf *out)
{
	const json_t *list = json_object_get(last, key), *lesson;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	buf_printf(out, "<h2>%s: %zu</h2><ul>", say(key, chinese),
		   json_array_size(list));
	json_array_foreach(list, i, lesson) {
		const char *state = text_of(lesson, "state"),
			   *why = text_of(lesson, "why");

		if (i == LIST_MAX) {
			buf_puts(out, "<li>…</li>");
			break;
		}
		buf_puts(out, "<li>");
		buf_put_html(out, text_of(lesson, "title"));
		buf_puts(out, " <small>");
		put_size(out, number_of(lesson, "bytes"));
		if (state != NULL && strcmp(state, "partial") == 0)
			buf_printf(out, ", %s", say(state, chinese));
		if (why != NULL && strcmp(why, "busy") == 0)
			why = "busy-lesson";
		if (why != NULL)
			buf_printf(out, " %s", say(why, chinese));
		buf_puts(out, "</small></li>");
	}
	buf_puts(out, "</ul>");
}

static void put_now(const json_t *now, bool chinese, struct buf *out)
{
	uint64_t done = number_of(now, "done"), total = number_of(now, "total");

	buf_printf(out, "<p class=busy>%s</p><p>%s ", say("busy", chinese),
		   say(text_of(now, "step"), chinese));
	buf_put_html(out, text_of(now, "title"));
	buf_puts(out, "</p>");
	if (total == 0)
		return;
	if (done > total)
		done = total;
	buf_printf(out,
		   "<progress max=%llu value=%llu></progress><p><small>",
		   (unsigned long long)total, (unsigned long long)done);
	put_size(out, done);
	buf_puts(out, " / ");
	put_size(out, total);
	buf_puts(out, "</small></p>");
}

static void put_last(const json_t *last, bool chinese, struct buf *out)
{
	const json_t *trouble = json_object_get(last, "trouble"), *text;
	const char *state = text_of(last, "state");
	bool good = state != NULL && (strcmp(state, "done") == 0 ||
				      strcmp(state, "some_left") == 0);
	size_t i;

	buf_printf(out, "<p class=%s>%s</p>", good ? "good" : "busy",
		   say(state, chinese));
	put_lessons(last, "in", chinese, out);
	put_lessons(last, "out", chinese, out);
	put_lessons(last, "left", chinese, out);
	json_array_foreach(trouble, i, text) {
		buf_puts(out, "<p><small>");
		buf_put_html(out, json_string_value(text));
		buf_puts(out, "</small></p>");
	}
}

void drive_page(const json_t *now, const json_t *last, bool chinese,
		struct buf *out)
{
	const char *title = say("title", chinese);

	buf_printf(out,
		   "<!doctype html><html lang=%s><meta charset=utf-8>"
		   "<meta name=viewport content=\"width=device-width\">"
		   "<meta http-equiv=refresh content=%d><title>%s</title>"
		   "<style>body{font:1.4rem sans-serif;max-width:40em;"
		   "margin:5vh auto;padding:0 1em}.good{font-size:1.8em;"
		   "color:#064}.busy{font-size:1.8em;color:#a20}"
		   "progress{width:100%%;height:1.4em}small{color:#555}"
		   "h2{font-size:1.1em}</style><h1>%s</h1>",
		   chinese ? "zh" : "en",
		   now != NULL ? REFRESH_BUSY_S : REFRESH_IDLE_S, title,
		   title);
	if (now != NULL)
		put_now(now, chinese, out);
	else if (last != NULL)
		put_last(last, chinese, out);
	else
		buf_printf(out, "<p>%s</p>", say("none", chinese));
	if (now == NULL)
		buf_printf(out, "<p><small>%s</small></p>",
			   say("hint", chinese));
	buf_puts(out, "</html>\n");
}
