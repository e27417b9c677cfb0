/* An office for targets that need a whole data directory: a county with a log
 * of one lesson, made once; every run begins with the same database. */
#ifndef TESTS_FUZZ_TOWN_H
#define TESTS_FUZZ_TOWN_H

#include "tests/fuzz/folder.h"
#include "tests/support/offices.h"

struct town {
	struct office office;
	char database[HOUSE_PATH_MAX + 16];
	char kept[128]; /* the database every run begins with */
};

/* `more` (may be NULL) adds to it while it is made. */
FUZZ_UNUSED static void town_make(struct town *t,
				  void (*more)(struct office *office))
{
	struct office *o = &t->office;
	struct create_options options = { .dir = o->dir };
	struct created made;
	char dir[128];

	memset(t, 0, sizeof(*t));
	CHECK(signing_init() == STATUS_OK);
	json_object_seed(1);
	(void)snprintf(o->dir, sizeof(o->dir), "%s", fuzz_path("town", dir));
	conf_init(&options.conf);
	OFFICE_OK(o, conf_set(&options.conf, "name", "资兴市", &o->err));
	OFFICE_OK(o, conf_set(&options.conf, "level", "county", &o->err));
	OFFICE_OK(o, conf_set(&options.conf, "region", "431081", &o->err));
	OFFICE_OK(o, create_node(&options, &made, &o->err));
	office_open(o);
	if (more != NULL)
		more(o);
	office_close(o);
	house_path(o->dir, "node.db", t->database);
	fuzz_copy(t->database, fuzz_path("kept.db", t->kept));
}

FUZZ_UNUSED static void town_open(struct town *t)
{
	fuzz_copy(t->kept, t->database);
	office_open(&t->office);
}

FUZZ_UNUSED static void town_close(struct town *t)
{
	office_close(&t->office);
}

#endif
