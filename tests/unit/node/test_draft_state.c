/* From where a draft may be led where: every state, every move, with a second
 * person and without. */
#include "node/page/draft_state.h"

#include <string.h>

#include "tests/support/check.h"

enum { NO = -1 };

#define O DRAFT_OPEN
#define P DRAFT_PREPARING
#define R DRAFT_READY
#define W DRAFT_WAITING
#define A DRAFT_APPROVED
#define U DRAFT_PUBLISHING
#define D DRAFT_PUBLISHED
#define F DRAFT_FAILED

/* Rows: moves; columns: from open, preparing, ready, waiting, approved,
 * publishing, published, failed. */
static const int alone[DRAFT_MOVES][DRAFT_STATES] = {
	[DRAFT_NEW_FIELDS] = { O, P, R, W, W, NO, NO, F },
	[DRAFT_NEW_FILES] = { O, NO, O, O, O, NO, NO, O },
	[DRAFT_PREPARE] = { P, NO, P, P, P, NO, NO, P },
	[DRAFT_PREPARED] = { NO, R, NO, NO, NO, NO, NO, NO },
	[DRAFT_FAIL] = { NO, F, NO, NO, NO, NO, NO, NO },
	[DRAFT_STOP] = { NO, O, NO, NO, NO, NO, NO, NO },
	[DRAFT_APPROVE] = { NO, NO, NO, A, NO, NO, NO, NO },
	[DRAFT_PUBLISH] = { NO, NO, U, NO, U, NO, NO, NO },
	[DRAFT_SIGNED] = { NO, NO, NO, NO, NO, D, NO, NO },
	[DRAFT_REFUSED] = { NO, NO, NO, NO, NO, R, NO, NO },
	[DRAFT_WAKE] = { O, O, R, R, A, U, D, F },
	[DRAFT_DELETE] = { O, NO, R, W, A, NO, D, F },
};

/* Where that differs with `approval = yes`. */
static int expected(int move, int from, bool approval)
{
	if (!approval)
		return alone[move][from];
	if (move == DRAFT_PREPARED && from == P)
		return W;
	if (move == DRAFT_PUBLISH && from == R)
		return NO;
	if (move == DRAFT_REFUSED && from == U)
		return A;
	if (move == DRAFT_WAKE && (from == R || from == W))
		return W;
	return alone[move][from];
}

static void every_move_leads_where_the_drawing_says(void)
{
	for (int approval = 0; approval < 2; approval++)
		for (int move = 0; move < DRAFT_MOVES; move++)
			for (int from = 0; from < DRAFT_STATES; from++) {
				enum draft_state to;
				bool may = draft_next((enum draft_state)from,
						      (enum draft_move)move,
						      approval, &to);

				CHECK((may ? (int)to : NO) ==
				      expected(move, from, approval));
			}
}

/* With a second person needed, nothing leads to `publishing` but by
 * `approved`, and nothing leads there but an approval. */
static void nobody_gets_around_the_second_person(void)
{
	for (int move = 0; move < DRAFT_MOVES; move++)
		for (int from = 0; from < DRAFT_STATES; from++) {
			enum draft_state to;

			if (!draft_next((enum draft_state)from,
					(enum draft_move)move, true, &to) ||
			    (int)to == from)
				continue;
			if (to == DRAFT_PUBLISHING)
				CHECK(from == A);
			if (to == DRAFT_APPROVED)
				CHECK(move == DRAFT_APPROVE || from == U);
		}
}

static void names_are_read_back(void)
{
	for (int i = 0; i < DRAFT_STATES; i++) {
		enum draft_state state;

		CHECK(draft_state_parse(draft_state_name((enum draft_state)i),
					&state));
		CHECK((int)state == i);
	}
	CHECK(!draft_state_parse("Open", &(enum draft_state){ 0 }));
}

int main(void)
{
	every_move_leads_where_the_drawing_says();
	nobody_gets_around_the_second_person();
	names_are_read_back();
	return 0;
}
