/* xiangtu: find the verb, read its options, run it, say how it ended. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/cli.h"
#include "node/hardening.h"
#include "node/version.h"
#include "proto/text.h"
#include "signing/key.h"

const char *cli_value(const struct cli *cli, const char *name)
{
	const char *value = NULL;

	for (unsigned i = 0; i < cli->n_values; i++)
		if (strcmp(cli->values[i].name, name) == 0)
			value = cli->values[i].value;
	return value;
}

bool cli_given(const struct cli *cli, const char *name)
{
	for (unsigned i = 0; i < cli->n_values; i++)
		if (strcmp(cli->values[i].name, name) == 0)
			return true;
	return false;
}

enum status cli_each_value(const struct cli *cli, const char *name,
			   enum status (*each)(void *owner, const char *value,
					       struct err *err),
			   void *owner, struct err *err)
{
	for (unsigned i = 0; i < cli->n_values; i++) {
		enum status status;

		if (strcmp(cli->values[i].name, name) != 0)
			continue;
		status = each(owner, cli->values[i].value, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static void print_verbs(FILE *to, const char *prefix)
{
	struct buf line = BUF_INIT;

	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		char name[64];

		if (strncmp(v->name, prefix, strlen(prefix)) != 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s %s", v->name, v->words);
		buf_clear(&line);
		buf_puts(&line, "  ");
		buf_put_column(&line, name, 34);
		(void)fprintf(to, "%s %s\n", buf_string(&line),
			      tr(v->summary));
	}
	buf_release(&line);
}

static void print_usage(FILE *to)
{
	(void)fprintf(to, "%s\n\n",
		      tr("xiangtu: lessons made here reach every village, by "
			 "line, by neighbour or by USB drive"));
	(void)fprintf(to, "%s: xiangtu [--dir DIR] VERB … [--json]\n",
		      tr("Usage"));
	(void)fprintf(to, "       xiangtu VERB --help\n\n");
	print_verbs(to, "");
	(void)fprintf(
		to, "\n%s\n",
		tr("The data directory is --dir, else $XIANGTU_DIR, else "
		   "/var/lib/xiangtu (root) or ~/.local/share/xiangtu."));
}

static void print_help(const struct cli_verb *verb)
{
	struct buf line = BUF_INIT;

	printf("%s\n\n%s: xiangtu [--dir DIR] %s %s%s\n\n", tr(verb->summary),
	       tr("Usage"), verb->name, verb->words,
	       verb->options[0].name == NULL ? "" : " [OPTIONS]");
	for (const struct cli_option *o = verb->options; o->name != NULL; o++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "--%s %s", o->name,
			       o->value == NULL ? "" : o->value);
		buf_clear(&line);
		buf_put_column(&line, name, 26);
		printf("  %s %s\n", buf_string(&line), tr(o->help));
	}
	buf_clear(&line);
	buf_put_column(&line, "--json", 26);
	printf("  %s %s\n", buf_string(&line),
	       tr("answer as JSON, for scripts"));
	if (verb->examples != NULL)
		printf("\n%s:\n%s", tr("Examples"), verb->examples);
	buf_release(&line);
}

enum { VERB_WORDS_MAX = 3 };

/* The first `count` words of argv, one space between them. */
static void join_words(char **argv, int count, char *out, size_t room)
{
	out[0] = 0;
	for (int i = 0; i < count; i++) {
		size_t at = strlen(out);

		(void)snprintf(out + at, room - at, "%s%s", i == 0 ? "" : " ",
			       argv[i]);
	}
}

/* The longest verb whose words begin argv; `*used` says how many words. */
static const struct cli_verb *find_verb(int argc, char **argv, int *used)
{
	char words[96];

	for (int n = argc < VERB_WORDS_MAX ? argc : VERB_WORDS_MAX; n > 0;
	     n--) {
		join_words(argv, n, words, sizeof(words));
		for (const struct cli_verb *v = cli_verbs; v->name; v++)
			if (strcmp(v->name, words) == 0) {
				*used = n;
				return v;
			}
	}
	return NULL;
}

/* Do verbs of more words begin with these ("trust", "trust publisher")? */
static bool is_family(const char *words)
{
	size_t size = strlen(words);

	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++)
		if (strncmp(v->name, words, size) == 0 && v->name[size] == ' ')
			return true;
	return false;
}

/* Who stopped in the middle of a verb is shown how it may go on. */
static enum status tell_family(int argc, char **argv, struct err *err)
{
	char words[96];
	int n = argc < VERB_WORDS_MAX - 1 ? argc : VERB_WORDS_MAX - 1;

	for (; n > 0; n--) {
		join_words(argv, n, words, sizeof(words));
		if (is_family(words))
			break;
	}
	if (n > 0 && n < argc && strcmp(argv[n], "--help") == 0) {
		print_verbs(stdout, words);
		return STATUS_OK;
	}
	if (n > 0) {
		print_verbs(stderr, words);
		return err_set(err, STATUS_USAGE,
			       "xiangtu %s wants one more word", words);
	}
	return err_set(err, STATUS_USAGE,
		       "'%s': no such verb; see xiangtu --help", argv[0]);
}

static enum status take_option(struct cli *cli, const char *name, int argc,
			       char **argv, int *at, struct err *err)
{
	const struct cli_option *o = cli->verb->options;
	const char *equals = strchr(name, '=');
	size_t size = equals == NULL ? strlen(name) : (size_t)(equals - name);

	while (o->name != NULL &&
	       (strlen(o->name) != size || strncmp(o->name, name, size) != 0))
		o++;
	if (o->name == NULL)
		return err_set(err, STATUS_USAGE, "--%s: no such option", name);
	if (cli->n_values == CLI_VALUES_MAX)
		return err_set(err, STATUS_USAGE, "too many options");
	cli->values[cli->n_values].name = o->name;
	cli->values[cli->n_values].value = NULL;
	if (o->value != NULL && equals != NULL) {
		cli->values[cli->n_values].value = equals + 1;
	} else if (o->value != NULL) {
		if (*at + 1 >= argc)
			return err_set(err, STATUS_USAGE, "--%s wants %s",
				       o->name, o->value);
		cli->values[cli->n_values].value = argv[++*at];
	} else if (equals != NULL) {
		return err_set(err, STATUS_USAGE, "--%s takes no value",
			       o->name);
	}
	cli->n_values++;
	return STATUS_OK;
}

static enum status read_arguments(struct cli *cli, int argc, char **argv,
				  bool *help, struct err *err)
{
	bool only_words = false;

	for (int i = 0; i < argc; i++) {
		enum status status = STATUS_OK;

		if (only_words || argv[i][0] != '-' || argv[i][1] == 0) {
			if (cli->n_words == CLI_WORDS_MAX)
				return err_set(err, STATUS_USAGE,
					       "too many words");
			cli->words[cli->n_words++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (strcmp(argv[i], "--json") == 0) {
			cli->json = true;
		} else if (strcmp(argv[i], "--help") == 0 ||
			   strcmp(argv[i], "-h") == 0) {
			*help = true;
		} else if (strcmp(argv[i], "-n") == 0) {
			status = take_option(cli, "limit", argc, argv, &i,
					     err);
		} else if (strcmp(argv[i], "--dir") == 0) {
			if (i + 1 == argc)
				return err_set(err, STATUS_USAGE,
					       "--dir wants DIR");
			cli->dir = argv[++i];
		} else if (strncmp(argv[i], "--dir=", 6) == 0) {
			cli->dir = argv[i] + 6;
		} else if (strncmp(argv[i], "--", 2) == 0) {
			status = take_option(cli, argv[i] + 2, argc, argv, &i,
					     err);
		} else {
			status = err_set(err, STATUS_USAGE,
					 "%s: options begin with --", argv[i]);
		}
		if (status != STATUS_OK)
			return status;
	}
	if (*help)
		return STATUS_OK;
	if (cli->dir[0] == 0)
		return err_set(err, STATUS_USAGE, "--dir wants DIR");
	if (cli->n_words < cli->verb->least || cli->n_words > cli->verb->most)
		return err_set(err, STATUS_USAGE, "usage: xiangtu %s %s",
			       cli->verb->name, cli->verb->words);
	return STATUS_OK;
}

/* Asked for JSON, errors are JSON, too, wherever they come from. */
static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static const char *default_dir(void)
{
	static char path[4096];
	const char *set = getenv("XIANGTU_DIR"), *home = getenv("HOME"),
		   *data = getenv("XDG_DATA_HOME");

	if (set != NULL && set[0] != 0)
		return set;
	if (geteuid() == 0)
		return "/var/lib/xiangtu";
	if (data != NULL && data[0] == '/')
		(void)snprintf(path, sizeof(path), "%s/xiangtu", data);
	else
		(void)snprintf(path, sizeof(path), "%s/.local/share/xiangtu",
			       home == NULL ? "." : home);
	return path;
}

static int finish(const struct cli *cli, enum status status,
		  const struct err *err)
{
	if (status == STATUS_OK)
		return fflush(stdout) == 0 ? 0 : 1;
	(void)fflush(stdout);
	if (cli->json && !cli->answered)
		cli_print_json(json_pack("{s:s, s:s}", "error", err->text,
					 "status", status_name(status)));
	(void)fprintf(stderr, "xiangtu: %s\n", err->text);
	if (status == STATUS_USAGE && cli->verb != NULL)
		(void)fprintf(stderr, "%s: xiangtu %s --help\n", tr("More"),
			      cli->verb->name);
	return status_exit_code(status);
}

static int run_verb(struct cli *cli, int argc, char **argv)
{
	struct err err = ERR_INIT;
	enum status status;
	bool help = false;

	status = read_arguments(cli, argc, argv, &help, &err);
	if (status == STATUS_OK && help) {
		print_help(cli->verb);
		return 0;
	}
	if (status == STATUS_OK)
		status = cli->verb->run(cli, &err);
	return finish(cli, status, &err);
}

int main(int argc, char **argv)
{
	struct cli cli = { .dir = default_dir(),
			   .json = wants_json(argc, argv),
			   .terminal = isatty(STDERR_FILENO) == 1 };
	struct err err = ERR_INIT;
	int at = 1, used = 0;

	hardening_begin();
	(void)setlocale(LC_ALL, "");
	(void)signal(SIGPIPE, SIG_IGN);
	if (at + 1 < argc && strcmp(argv[at], "--dir") == 0) {
		cli.dir = argv[at + 1];
		at += 2;
	} else if (at < argc && strncmp(argv[at], "--dir=", 6) == 0) {
		cli.dir = argv[at++] + 6;
	}
	if (at < argc && strcmp(argv[at], "--version") == 0) {
		printf("xiangtu %s\n", XIANGTU_VERSION);
		return 0;
	}
	if (at >= argc || strcmp(argv[at], "--help") == 0 ||
	    strcmp(argv[at], "help") == 0) {
		print_usage(at >= argc ? stderr : stdout);
		return at >= argc ? 2 : 0;
	}
	if (signing_init() != STATUS_OK) {
		(void)fprintf(stderr, "xiangtu: libsodium does not start\n");
		return 1;
	}
	cli.verb = find_verb(argc - at, argv + at, &used);
	if (cli.verb == NULL)
		return finish(&cli, tell_family(argc - at, argv + at, &err),
			      &err);
	return run_verb(&cli, argc - at - used, argv + at + used);
}
