#include "node/cli/records_waiting.h"

#include <stdio.h>

#include "node/cli/verbs.h"

void records_print_unnamed(const json_t *import)
{
	if (json_is_true(json_object_get(import, "unnamed")))
		printf("\n%s\n",
		       tr("The trust note does not name the records key that "
			  "is here: what stations send now cannot be read "
			  "with it. Put the right records.key back and start "
			  "the node anew, or have the trust note name this "
			  "one (xiangtu trust recipient)."));
}

void records_print_waiting(const struct cli *cli)
{
	struct err ignored = ERR_INIT;
	json_t *import;

	if (cli_ask(cli,
		    json_pack("{s:s, s:b}", "verb", "records-import", "look",
			      1),
		    &import, &ignored) != STATUS_OK)
		return;
	if (cli_number(import, "waiting") > 0)
		printf("\n%s: %llu%s\n", tr("Entries that wait"),
		       (unsigned long long)cli_number(import, "waiting"),
		       json_is_true(json_object_get(import, "locked")) ?
			       tr(" (the records key is locked: xiangtu "
				  "unlock)") :
			       "");
	records_print_unnamed(import);
	json_decref(import);
}
