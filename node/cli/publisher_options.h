/* How far a publisher's word goes, from the options of the command line. For
 * the files of this folder. */
#ifndef NODE_CLI_PUBLISHER_OPTIONS_H
#define NODE_CLI_PUBLISHER_OPTIONS_H

#include "node/cli/cli.h"
#include "node/office_request.h"
#include "signing/publisher.h"

/*
 * Put what is given into `publisher`, in place of what it had of the kind;
 * what is not given stays. Nothing is checked as a whole: publisher_check().
 *
 * Returns: STATUS_USAGE with a text that says what to write instead.
 */
enum status publisher_options_read(const struct cli *cli,
				   struct publisher *publisher,
				   struct err *err);

/* The office that --request names; STATUS_USAGE, STATUS_MALFORMED,
 * STATUS_UNTRUSTED. */
enum status publisher_options_request(const char *path,
				      struct office_request *out,
				      struct err *err);

#endif
