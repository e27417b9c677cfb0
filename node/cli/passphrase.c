/* The terminal is asked through /dev/tty, so that pipes carry no passphrase;
 * its echo comes back whatever ends the question. */
#include "node/cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "proto/text.h"
#include "signing/key.h"
#include "signing/locked.h"

enum { PASSPHRASE_MIN = 8 /* characters of a new one */ };

struct passphrase {
	size_t size;
	/* One byte more tells what is too long. */
	uint8_t text[PASSPHRASE_MAX + 1];
};

struct bytes passphrase_bytes(const struct passphrase *p)
{
	return (struct bytes){ p->text, p->size };
}

void passphrase_free(struct passphrase *p)
{
	locked_free(p);
}

/* What is worth a try at all; `where` it came from. */
static enum status check(const struct passphrase *p, enum passphrase_kind kind,
			 const char *where, struct err *err)
{
	struct bytes_reader r;
	unsigned characters = 0;
	uint32_t code;

	if (p->size > PASSPHRASE_MAX)
		return err_set(err, STATUS_USAGE,
			       "%s: a passphrase has at most %d bytes", where,
			       PASSPHRASE_MAX);
	if (kind != PASSPHRASE_NEW)
		return STATUS_OK;
	bytes_reader_init(&r, passphrase_bytes(p));
	while (text_next(&r, &code))
		characters++;
	if (characters + r.left < PASSPHRASE_MIN)
		return err_set(err, STATUS_USAGE,
			       "%s: a new passphrase has at least %d "
			       "characters; a few words of your own are good",
			       where, PASSPHRASE_MIN);
	return STATUS_OK;
}

/* --- from a file --- */

static void note_mode(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 077) != 0)
		(void)fprintf(stderr, "%s: %s\n", path,
			      tr("others on this machine can read this "
				 "passphrase: chmod 600"));
}

/* The first line, without its end. */
static enum status read_first_line(int fd, const char *path,
				   struct passphrase *p, struct err *err)
{
	ssize_t got = 1;
	const uint8_t *end = NULL;

	while (got > 0 && end == NULL && p->size < sizeof(p->text)) {
		got = read(fd, p->text + p->size, sizeof(p->text) - p->size);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		if (got < 0)
			return err_set(err, STATUS_IO, "read '%s': %s", path,
				       strerror(errno));
		p->size += (size_t)got;
		end = memchr(p->text, '\n', p->size);
	}
	if (end != NULL)
		p->size = (size_t)(end - p->text);
	/* Windows' editors end lines with two characters. */
	if (end != NULL && p->size > 0 && p->text[p->size - 1] == '\r')
		p->size--;
	if (p->size == 0)
		return err_set(err, STATUS_USAGE,
			       "'%s': its first line is to be the passphrase",
			       path);
	return STATUS_OK;
}

static enum status from_file(const char *path, enum passphrase_kind kind,
			     struct passphrase *p, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum status status;

	/* Not STATUS_NOT_FOUND: who names a file wants a passphrase. */
	if (fd < 0)
		return err_set(err, STATUS_IO, "open '%s': %s", path,
			       strerror(errno));
	note_mode(fd, path);
	status = read_first_line(fd, path, p, err);
	(void)close(fd);
	return status == STATUS_OK ? check(p, kind, path, err) : status;
}

/* --- from a terminal --- */

static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

enum { CAUGHT = sizeof(caught) / sizeof(*caught) };

static volatile sig_atomic_t came; /* the signal that ended the question */

static void signal_came(int number)
{
	came = number;
}

/* Read a line into `p`; what does not fit is dropped, and counted as one byte
 * too many. STATUS_CANCELLED when a signal came. */
static enum status read_line(int tty, struct passphrase *p, struct err *err)
{
	uint8_t c = 0;

	p->size = 0;
	while (came == 0) {
		ssize_t got = read(tty, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, STATUS_IO, "terminal: %s",
				       strerror(errno));
		if (got == 0 || c == '\n' || c == '\r')
			break;
		if (p->size < sizeof(p->text))
			p->text[p->size++] = c;
	}
	signing_wipe(&c, 1);
	return came == 0 ? STATUS_OK :
			   err_set(err, STATUS_CANCELLED, "not typed");
}

/* Ask once, with the echo off and the signals held back till it is on again. */
static enum status ask_silently(int tty, const char *prompt,
				struct passphrase *p, struct err *err)
{
	struct sigaction ours = { .sa_handler = signal_came },
			 before[CAUGHT];
	struct termios shown, silent;
	enum status status;

	if (tcgetattr(tty, &shown) != 0)
		return err_set(err, STATUS_IO, "terminal: %s",
			       strerror(errno));
	silent = shown;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	came = 0;
	for (size_t i = 0; i < CAUGHT; i++)
		(void)sigaction(caught[i], &ours, &before[i]);
	(void)tcsetattr(tty, TCSAFLUSH, &silent);
	(void)dprintf(tty, "%s: ", prompt);
	status = read_line(tty, p, err);
	(void)tcsetattr(tty, TCSAFLUSH, &shown);
	(void)dprintf(tty, "\n");
	for (size_t i = 0; i < CAUGHT; i++)
		(void)sigaction(caught[i], &before[i], NULL);
	return status;
}

/* As above; who stops the program and lets it go on is asked again. */
static enum status ask_once(int tty, const char *prompt, struct passphrase *p,
			    struct err *err)
{
	enum status status;

	do {
		status = ask_silently(tty, prompt, p, err);
		if (came != 0)
			(void)kill(getpid(), came);
	} while (came == SIGTSTP);
	return status;
}

static enum status ask_again(int tty, const struct passphrase *first,
			     struct err *err)
{
	struct passphrase *second = locked_new(sizeof(*second));
	enum status status;

	if (second == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a passphrase");
	status = ask_once(tty, tr("Once more"), second, err);
	if (status == STATUS_OK &&
	    !bytes_equal(passphrase_bytes(first), passphrase_bytes(second)))
		status = err_set(err, STATUS_USAGE,
				 "the second time it was another one");
	passphrase_free(second);
	return status;
}

/* What is asked for. */
static const char *prompt_of(enum passphrase_kind kind)
{
	switch (kind) {
	case PASSPHRASE_OPEN:
		break;
	case PASSPHRASE_NEW:
		return tr("New passphrase");
	case PASSPHRASE_PIN:
		return tr("New PIN");
	case PASSPHRASE_PASSWORD:
		return tr("New password");
	}
	return tr("Passphrase");
}

static enum status from_terminal(enum passphrase_kind kind, const char *what,
				 const char *option, struct passphrase *p,
				 struct err *err)
{
	char prompt[256];
	enum status status;
	int tty = -1;

	/* A script's terminal is not there to be asked. */
	if (isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1)
		tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "%s: %s is wanted, by --%s or typed at a "
			       "terminal",
			       what,
			       kind == PASSPHRASE_PIN	   ? "a PIN" :
			       kind == PASSPHRASE_PASSWORD ? "a password" :
							     "a passphrase",
			       option);
	(void)snprintf(prompt, sizeof(prompt), "%s, %s", prompt_of(kind), what);
	status = ask_once(tty, prompt, p, err);
	if (status == STATUS_OK && p->size == 0)
		status = err_set(err,
				 kind == PASSPHRASE_NEW ? STATUS_NOT_FOUND :
							  STATUS_USAGE,
				 "%s: nothing was typed", what);
	if (status == STATUS_OK)
		status = check(p, kind, what, err);
	if (status == STATUS_OK && kind != PASSPHRASE_OPEN)
		status = ask_again(tty, p, err);
	(void)close(tty);
	return status;
}

enum status passphrase_ask(const struct cli *cli, enum passphrase_kind kind,
			   const char *what, const char *option,
			   struct passphrase **out, struct err *err)
{
	const char *name = option == NULL ? "passphrase-file" : option;
	const char *path = cli_value(cli, name);
	struct passphrase *p = locked_new(sizeof(*p));
	enum status status;

	if (p == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a passphrase");
	status = path != NULL ? from_file(path, kind, p, err) :
				from_terminal(kind, what, name, p, err);
	if (status == STATUS_OK)
		*out = p;
	else
		passphrase_free(p);
	return status;
}

enum status passphrase_ask_new(const struct cli *cli, const char *what,
			       const char *option, struct passphrase **out,
			       struct err *err)
{
	*out = NULL;
	if (!cli_given(cli, "unprotected"))
		return passphrase_ask(cli, PASSPHRASE_NEW, what, option, out,
				      err);
	if (cli_value(cli, option) != NULL)
		return err_set(err, STATUS_USAGE,
			       "--unprotected or a passphrase, not both");
	return STATUS_OK;
}
