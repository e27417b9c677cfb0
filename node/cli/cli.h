/* What every verb of the command line shares: its options, its help, its
 * output in two languages and as JSON, its exit code.
 *
 * Only files of this folder print or exit. A verb is one function in a
 * cmd_<verb>.c and one row of the table in verbs.c. */
#ifndef NODE_CLI_CLI_H
#define NODE_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum { CLI_VALUES_MAX = 64, CLI_WORDS_MAX = 64, CLI_OPTIONS_MAX = 28 };

struct cli;

struct cli_option {
	const char *name;  /* "region", without the dashes */
	const char *value; /* "CODE", or NULL for a switch */
	const char *help;  /* one line, English */
};

struct cli_verb {
	const char *name;    /* "publish", or "trust show" */
	const char *words;   /* "FILE|FOLDER", as usage shows it; or "" */
	const char *summary; /* one line, English */
	unsigned least, most; /* how many words it takes */
	struct cli_option options[CLI_OPTIONS_MAX]; /* ends with .name NULL */
	const char *examples; /* whole lines, or NULL */
	enum status (*run)(struct cli *cli, struct err *err);
};

struct cli {
	const char *dir; /* the data directory */
	const struct cli_verb *verb;
	const char *words[CLI_WORDS_MAX];
	unsigned n_words;
	bool json;
	bool terminal; /* may stderr show a bar that redraws itself? */
	/* Set by a verb that has answered in JSON although it fails: no second
	 * value is printed then. */
	bool answered;

	/* private */
	struct {
		const char *name, *value;
	} values[CLI_VALUES_MAX];
	unsigned n_values;
};

/* The value of option `name`, or NULL when it was not given. */
const char *cli_value(const struct cli *cli, const char *name);
/* Call `each` with every value given for a repeatable option, in order, until
 * one fails. */
enum status cli_each_value(const struct cli *cli, const char *name,
			   enum status (*each)(void *owner, const char *value,
					       struct err *err),
			   void *owner, struct err *err);
bool cli_given(const struct cli *cli, const char *name);

/* All verbs, in the order of the help; ends with a row whose name is NULL. */
extern const struct cli_verb cli_verbs[];

/* The Chinese for an English text where the user's language is Chinese and
 * there is one (translations.c); the text itself otherwise. */
const char *tr(const char *english);

/* Print one JSON value and a newline to standard output; takes `value`. */
void cli_print_json(json_t *value);

/* A table whose columns line up, Chinese included. Cells are copied. */
struct table;
struct table *table_new(unsigned columns, const char *const *titles);
/* `columns` strings follow. */
void table_row(struct table *table, const char *const *cells);
/* Print to standard output, the last column unpadded, and free. */
void table_print(struct table *table);
/* Free it unprinted. */
void table_drop(struct table *table);

/* A bar on standard error for work over two seconds: what is being done, how
 * far, how fast, how long still. Without a terminal a line every 10 s. */
struct progress {
	const char *doing; /* translated */
	bool terminal;
	bool counted; /* of things, not bytes; set after progress_begin() */

	/* private */
	double started, shown;
	bool begun, drawn;
	uint64_t first;
};

void progress_begin(struct progress *p, const struct cli *cli,
		    const char *doing);
void progress_show(struct progress *p, uint64_t done, uint64_t total);
/* Wipe the bar. */
void progress_end(struct progress *p);

/* Seconds of a clock that never jumps. */
double cli_now(void);

#endif
