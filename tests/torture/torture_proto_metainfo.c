/* Every allocation of reading a torrent fails once. */
#include <string.h>

#include "proto/metainfo.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"

#define A32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define B32 "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

/* Two files, one of them of two pieces. */
static const char torrent[] =
	"d4:infod9:file tree"
	"d1:ad0:d6:lengthi40000e11:pieces root32:" A32 "ee"
	"1:bd0:d6:lengthi16384e11:pieces root32:" B32 "eee"
	"5:filesld6:lengthi40000e4:pathl1:aee"
	"d4:attr1:p6:lengthi25536e4:pathl4:.pad5:25536ee"
	"d6:lengthi16384e4:pathl1:beee"
	"12:meta versioni2e4:name1:n12:piece lengthi32768e"
	"6:pieces60:" A32 "0123456789012345678901234567e"
	"12:piece layersd32:" A32 "64:" A32 B32 "ee";

static enum status a_torrent_is_read(void *context, bool *tolerated)
{
	struct metainfo mi = { .pieces = 77 };
	enum status status;

	(void)context;
	(void)tolerated;
	status = metainfo_parse(bytes_of(torrent), &mi);
	if (status != STATUS_OK) {
		CHECK(mi.pieces == 77 && mi.files == NULL);
		return status;
	}
	CHECK(mi.pieces == 3 && mi.file_count == 2);
	metainfo_release(&mi);
	return STATUS_OK;
}

int main(void)
{
	CHECK(faults_torture("a torrent is read", a_torrent_is_read, NULL,
			     STATUS_NO_MEMORY) >= 4);
	return 0;
}
