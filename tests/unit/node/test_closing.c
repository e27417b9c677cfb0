#include "node/office/closing.h"

#include "node/office/import.h"
#include "tests/support/records.h"

static enum status close_month(struct office *county, const char *month)
{
	json_t *answer = NULL;
	struct catalog *records;
	struct closing closing;
	enum status status = closing_ask(&county->house, month, &closing,
					 &county->err);

	if (status == STATUS_OK)
		status = house_records(&county->house, &records, &county->err);
	if (status == STATUS_OK)
		status = closing_do(&closing, county->house.catalog, records,
				    &answer, &county->err);
	json_decref(answer);
	return status;
}

/* Who stood then: the county's own enrolments are of today. */
static void enrol_long_ago(struct office *county, struct office *station)
{
	struct entry_station enrolled = { .date = "2020-01-01" };
	struct buf entry = BUF_INIT;

	enrolled.key = *secret_key_public(station->house.node_key);
	strcpy(enrolled.region, "431081101203");
	strcpy(enrolled.name, "联坪村");
	OFFICE_OK(county,
		  entry_format_station(&enrolled, &entry, &county->err));
	office_append(county, &entry);
}

static void what_is_here_is_read_before_a_month_is_closed(void)
{
	struct office county, station;
	struct upload_taker *taker;
	struct import_watch watch = { .stop = false };
	struct scratch scratch;

	scratch_init(&scratch);
	office_county(&county, &scratch);
	office_station(&station, &scratch, &county);
	taker = upload_taker_new(&county.house);
	CHECK(taker != NULL);
	add_records(&station, 3, 100);
	/* A stranger's are nobody's yet. */
	CHECK(send_up(&station, taker, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	CHECK(close_month(&county, "2021-03") == STATUS_NOT_FOUND);
	enrol_long_ago(&county, &station);
	CHECK(close_month(&county, "2021-03") == STATUS_BUSY);
	/* They are not batches: odd, but read. */
	OFFICE_OK(&county, import_house(&county.house, false, &watch,
					&county.err));
	OFFICE_OK(&county, close_month(&county, "2021-03"));
	CHECK(close_month(&county, "2021-03") == STATUS_EXISTS);
	upload_taker_free(taker);
	office_close(&station);
	office_close(&county);
	scratch_release(&scratch);
}

static void a_month_is_one_that_is_over(void)
{
	struct office county;
	struct scratch scratch;

	scratch_init(&scratch);
	office_county(&county, &scratch);
	CHECK(close_month(&county, NULL) == STATUS_USAGE);
	CHECK(close_month(&county, "") == STATUS_USAGE);
	CHECK(close_month(&county, "2021-3") == STATUS_USAGE);
	CHECK(close_month(&county, "9998-12") == STATUS_USAGE);
	office_close(&county);
	scratch_release(&scratch);
}

int main(void)
{
	what_is_here_is_read_before_a_month_is_closed();
	a_month_is_one_that_is_over();
	return 0;
}
