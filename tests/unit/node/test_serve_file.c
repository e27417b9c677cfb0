#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/serve_file.h"
#include "tests/support/check.h"

static int dir;
static struct err err = ERR_INIT;

static void put_file(const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(close(fd) == 0);
}

static void expect_none(const char *path)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	CHECK(serve_file(&answer, dir, path, SERVE_FILE_WHOLE, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(answer.fd == -1 && answer.type == NULL && answer.flags == 0);
}

static void types_follow_names(void)
{
	CHECK(strcmp(content_type_of("课.mp4"), "video/mp4") == 0);
	CHECK(strcmp(content_type_of("a.b/课.MP4"), "video/mp4") == 0);
	CHECK(strcmp(content_type_of("x.pdf"), "application/pdf") == 0);
	CHECK(strcmp(content_type_of("x.vtt"), "text/vtt; charset=utf-8") ==
	      0);
	CHECK(strcmp(content_type_of("x.srt"), "text/plain; charset=utf-8") ==
	      0);
	/* Nothing that a browser would run. */
	CHECK(strcmp(content_type_of("x.html"), "application/octet-stream") ==
	      0);
	CHECK(strcmp(content_type_of("x.svg"), "application/octet-stream") ==
	      0);
	CHECK(strcmp(content_type_of("mp4"), "application/octet-stream") == 0);
	CHECK(strcmp(content_type_of("x.mp4/y"), "application/octet-stream") ==
	      0);
	CHECK(strcmp(content_type_of(""), "application/octet-stream") == 0);
}

static void a_file_below_the_folder_is_served(void)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	char text[8] = "";

	CHECK(serve_file(&answer, dir, "a/b/课.mp4", SERVE_FILE_WHOLE,
			 &err) == STATUS_OK);
	CHECK(answer.length == 5 && answer.offset == 0 && answer.code == 200);
	CHECK(strcmp(answer.type, "video/mp4") == 0);
	CHECK(answer.flags == HTTP_NO_SNIFF);
	CHECK(read(answer.fd, text, sizeof(text)) == 5);
	CHECK(strcmp(text, "video") == 0);
	http_answer_release(&answer);
	CHECK(answer.fd == -1);

	CHECK(serve_file(&answer, dir, "a/b/课.mp4", 3, &err) == STATUS_OK);
	CHECK(answer.length == 3);
	http_answer_release(&answer);
}

static void a_file_cut_short_is_damaged(void)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	CHECK(serve_file(&answer, dir, "a/b/课.mp4", 6, &err) ==
	      STATUS_DAMAGED);
	CHECK(answer.fd == -1);
}

static void links_folders_and_pipes_are_no_files(void)
{
	CHECK(symlinkat("/etc/passwd", dir, "link") == 0);
	CHECK(symlinkat("a", dir, "folder-link") == 0);
	CHECK(mkfifoat(dir, "pipe", 0600) == 0);
	expect_none("link");
	expect_none("folder-link/b/课.mp4");
	expect_none("pipe");
	expect_none("a");
	expect_none("a/b");
	expect_none("a/b/课.mp4/x");
}

static void no_path_leads_out(void)
{
	char longest[400];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	expect_none("");
	expect_none("/");
	expect_none("/etc/passwd");
	expect_none("..");
	expect_none("../etc/passwd");
	expect_none("a/../a/b/课.mp4");
	expect_none("./a/b/课.mp4");
	expect_none("a//b/课.mp4");
	expect_none("a/b/课.mp4/");
	expect_none("missing");
	expect_none("missing/课.mp4");
	expect_none(longest);
}

int main(void)
{
	char name[] = "/tmp/xiangtu-test-serve-XXXXXX";
	char command[100];

	CHECK(mkdtemp(name) != NULL);
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(dir >= 0);
	CHECK(mkdirat(dir, "a", 0700) == 0);
	CHECK(mkdirat(dir, "a/b", 0700) == 0);
	put_file("a/b/课.mp4", "video");

	types_follow_names();
	a_file_below_the_folder_is_served();
	a_file_cut_short_is_damaged();
	links_folders_and_pipes_are_no_files();
	no_path_leads_out();

	CHECK(close(dir) == 0);
	(void)snprintf(command, sizeof(command), "rm -r %s", name);
	CHECK(system(command) == 0);
	return 0;
}
